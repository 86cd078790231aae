/** The helpers that other tests rely on to fail: deadlines, and the count of threads and handles. */
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually, withDeadline } from '../support/deadline.js';
import { countOpenHandles, countWorkerThreads } from '../support/threads.js';

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof Error ? error.message : 'not an error'),
  );

const deadlines = suite('deadlines');

deadlines('a promise in time passes through, with its value or its error', async () => {
  assert.is(await withDeadline('value', 10_000, Promise.resolve(7)), 7);
  assert.is(await messageOf(withDeadline('error', 10_000, Promise.reject(new Error('own')))), 'own');
});

deadlines('a promise that never settles ends with the name of what was waited for', async () => {
  assert.is(await messageOf(withDeadline('the vote', 20, new Promise(() => {}))), 'the vote: not settled after 20 ms');
});

deadlines('eventually answers the first truthy value', async () => {
  let asked = 0;
  const value = await eventually(() => Promise.resolve(++asked === 3 && 'third'), 'the third answer');
  assert.equal([value, asked], ['third', 3]);
});

deadlines('eventually gives up with a name, and then stops asking', async () => {
  let asked = 0;
  const condition = (): boolean => ++asked < 0;
  assert.match(await messageOf(eventually(condition, 'a leader', 20)), 'eventually a leader');
  const askedAtEnd = asked;
  await messageOf(eventually(() => false, 'some more polls', 40));
  assert.ok(asked <= askedAtEnd + 1);
});

deadlines('a condition that throws ends the wait at once', async () => {
  const condition = (): boolean => {
    throw new Error('broken condition');
  };
  assert.is(await messageOf(eventually(condition, 'nothing')), 'broken condition');
});

deadlines.run();

const leaks = suite('leak counts');

leaks('a worker thread is counted while it lives', async () => {
  const before = countWorkerThreads();
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
  await once(worker, 'online');
  assert.is(countWorkerThreads(), before + 1);
  await worker.terminate();
  assert.is(countWorkerThreads(), before);
});

leaks('an open file is counted until it is closed', () => {
  const before = countOpenHandles();
  if (before === undefined) {
    console.log('skipped: open handles are counted on Linux only');
    return;
  }
  const file = openSync(process.execPath, 'r');
  assert.is(countOpenHandles(), before + 1);
  closeSync(file);
  assert.is(countOpenHandles(), before);
});

leaks.run();
