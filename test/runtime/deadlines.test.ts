/** Named timers behind one `setTimeout`. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDeadlines } from '../../src/runtime/deadlines.js';
import { withDeadline } from '../support/deadline.js';

const TIMEOUT_MS = 5_000;

/** Deadlines that say when they wake, one promise a wake. */
function observed(): { deadlines: ReturnType<typeof createDeadlines<string>>; woken: () => Promise<void> } {
  let wake: () => void = () => undefined;
  const deadlines = createDeadlines<string>(() => {
    wake();
  });
  const woken = (): Promise<void> => withDeadline('wake', TIMEOUT_MS, new Promise<void>((resolve) => (wake = resolve)));
  return { deadlines, woken };
}

const test = suite('deadlines');

test('a timer is due once, and no other with it', async () => {
  const { deadlines, woken } = observed();
  const wake = woken();
  deadlines.start('soon', 1);
  deadlines.start('late', 60_000);
  await wake;
  assert.is(deadlines.takeDue(), 'soon');
  assert.is(deadlines.takeDue(), null);
  deadlines.close();
});

test('a timer stopped after the wake is not delivered', async () => {
  const { deadlines, woken } = observed();
  const wake = woken();
  deadlines.start('soon', 1);
  await wake;
  deadlines.stop('soon');
  assert.is(deadlines.takeDue(), null);
  deadlines.close();
});

test('a timer restarted after the wake is not delivered', async () => {
  const { deadlines, woken } = observed();
  const wake = woken();
  deadlines.start('soon', 1);
  await wake;
  deadlines.start('soon', 60_000);
  assert.is(deadlines.takeDue(), null);
  deadlines.close();
});

test('what falls due after the wake waits for the next one: a stall in between is not silence of others', async () => {
  const { deadlines, woken } = observed();
  const wake = woken();
  deadlines.start('first', 1);
  deadlines.start('second', 30);
  await wake;
  const stallUntil = performance.now() + 60;
  while (performance.now() < stallUntil);
  assert.is(deadlines.takeDue(), 'first');
  const next = woken();
  assert.is(deadlines.takeDue(), null);
  await next;
  assert.is(deadlines.takeDue(), 'second');
  deadlines.close();
});

test('an earlier deadline than the armed one is kept', async () => {
  const { deadlines, woken } = observed();
  const wake = woken();
  deadlines.start('late', 60_000);
  deadlines.start('soon', 1);
  await wake;
  assert.is(deadlines.takeDue(), 'soon');
  deadlines.close();
});

test.run();
