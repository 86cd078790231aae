/** The figures made of runs of Conclave and of a peer. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runClosedLoop } from '../../../bench/closed-loop.js';
import { isMet } from '../../../bench/figure.js';
import { compareRates, type Run } from '../../../bench/peers/side-by-side.js';

const test = suite('side by side');
const anyRun = await runClosedLoop(1, 1, () => Promise.resolve());

function runsAt(rates: readonly number[], cpuUs: Pick<Run, 'ownCpuUs' | 'serversCpuUs'>): Run[] {
  return rates.map((operationsPerSecond) => ({ ...anyRun, ...cpuUs, operationsPerSecond }));
}

const comparison = {
  work: 'puts',
  peer: 'etcd',
  ofPeer: runsAt([100, 900, 200], { ownCpuUs: 30, serversCpuUs: 10 }),
  ofConclave: runsAt([1000, 1, 2000], { ownCpuUs: 10, serversCpuUs: null }),
};

test('rates are medians, and their ratio is held against the goal', () => {
  const [ofPeer, ofConclave, ratio] = compareRates({ ...comparison, timesAtLeast: 6 });
  assert.ok(ratio);
  assert.is(ofPeer?.value, 200);
  assert.is(ofConclave?.value, 1000);
  assert.is(ratio.value, 5);
  assert.equal(ratio.goal, { atLeast: 6 });
  assert.not.ok(isMet(ratio));
  assert.is(compareRates(comparison)[2]?.goal, undefined);
});

test('the CPU time of a peer is that of client and servers', () => {
  const [ofPeer, ofConclave, ratio] = compareRates(comparison);
  assert.match(ofPeer?.note ?? '', /client 30 µs, servers 10 µs$/);
  assert.match(ofConclave?.note ?? '', /CPU 10 µs$/);
  assert.match(ratio?.note ?? '', / 4 x$/);
});

test.run();
