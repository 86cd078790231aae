/** Nothing that a node's storage has promised is lost by a crash, at whichever call it strikes. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crashAtEveryCall } from './every-disk-call.js';

const test = suite('every disk call');

test('a crash at any disk call of 200 operations, and another in recovery, loses nothing', () => {
  const { calls, crashes, failure } = crashAtEveryCall(1);
  assert.is(failure, null);
  assert.ok(calls > 600 && crashes > 25_000, `${calls} calls, ${crashes} crashes`);
  console.log(`${calls} calls, ${crashes} crashes`);
});

test('in mode os the end of a process loses nothing, and that of the machine only the latest, never an order', () => {
  const { crashes, failure } = crashAtEveryCall(1, 'os');
  assert.is(failure, null);
  console.log(`${crashes} crashes`);
});

test.run();
