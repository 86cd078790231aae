/** The table by itself: the session used last, which it finds without a look-up, is never one that is gone. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SessionTable } from '../../src/state-machine/session-table.js';

const outcome = (index: number): { fingerprint: number; index: number; result: string } => {
  return { fingerprint: index, index, result: `answer ${index}` };
};

test('a session that is restored is the one restored, even where it was used last', () => {
  const source = new SessionTable(10, 10);
  source.open('a', 1, 0);
  source.remember('a', 1, outcome(2));
  const captured = source.capture();
  source.use('a', 3, 1);
  source.remember('a', 2, outcome(3));

  source.replaceAll(captured);
  assert.is(source.use('a', 4, 1)?.answers.size, 1);
  source.remember('a', 2, outcome(4));
  assert.equal(source.find('a')?.answers.get(2), outcome(4));
});

test('what is remembered after a capture stays, and is not in the capture', () => {
  const table = new SessionTable(10, 10);
  table.open('a', 1, 0);
  const captured = table.capture();
  table.remember('a', 1, outcome(2));
  table.remember('a', 2, outcome(3));
  assert.is(table.find('a')?.answers.size, 2);
  assert.is(captured.sessions[0]?.answers.size, 0);
});

test.run();
