/** The two loops: what they count, and from when. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runArrivals } from '../../bench/arrivals.js';
import { runClosedLoop } from '../../bench/closed-loop.js';
import { percentilesOf } from '../../bench/latency.js';
import { ClusterError } from '../../src/errors.js';

const test = suite('loops');

const stallMs = 40;

/** Its first call keeps the thread; the others answer at once. */
function stallingOnce(): () => Promise<void> {
  let calls = 0;
  return () => {
    calls += 1;
    const until = performance.now() + (calls === 1 ? stallMs : 0);
    while (performance.now() < until);
    return Promise.resolve();
  };
}

test('open loop: who would have arrived during a stall has waited for it', async () => {
  const { latencyNs, refused } = await runArrivals(1000, stallMs, stallingOnce());
  assert.is(latencyNs.count, 40);
  assert.is(refused, 0);
  // Counted from when they were issued, 39 of 40 would have taken no time.
  assert.ok(percentilesOf([latencyNs]).p50Us > (stallMs * 1000) / 4);
});

test('open loop: as many calls as the rate says, and what is refused is not counted', async () => {
  let calls = 0;
  const { latencyNs, refused, operationsPerSecond } = await runArrivals(2000, 50, () => {
    calls += 1;
    return calls % 2 === 0 ? Promise.reject(new ClusterError('Overloaded', 'too much')) : Promise.resolve();
  });
  assert.equal([calls, latencyNs.count, refused], [100, 50, 50]);
  assert.ok(operationsPerSecond <= 1000);
});

test('closed loop: never more calls on their way than clients', async () => {
  let onTheirWay = 0;
  let most = 0;
  const { latencyNs } = await runClosedLoop(3, 20, async () => {
    onTheirWay += 1;
    most = Math.max(most, onTheirWay);
    await new Promise((resolve) => setImmediate(resolve));
    onTheirWay -= 1;
  });
  assert.is(most, 3);
  assert.ok(latencyNs.count >= 3);
});

test('closed loop: a rejected call ends the measurement', async () => {
  const refusal = new ClusterError('StaleEpoch', 'no');
  const error = await runClosedLoop(2, 1000, () => Promise.reject(refusal)).catch((thrown: unknown) => thrown);
  assert.is(error, refusal);
});

test.run();
