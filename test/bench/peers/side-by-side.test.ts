/** The figures made of runs of Conclave and of a peer. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runClosedLoop } from '../../../bench/closed-loop.js';
import { isMet } from '../../../bench/figure.js';
import { compareRates, loadsOf, ofLoad, type Run } from '../../../bench/peers/side-by-side.js';

const test = suite('side by side');
const anyRun = await runClosedLoop(1, 1, () => Promise.resolve());

function runsAt(rates: readonly number[], cpu: Pick<Run, 'cpuUs' | 'serversCpuUs'>): Run[] {
  return rates.map((operationsPerSecond) => ({ ...anyRun, ...cpu, operationsPerSecond }));
}

const comparison = {
  work: 'puts',
  peer: 'etcd',
  ofPeer: runsAt([100, 900, 200], { cpuUs: 30, serversCpuUs: 10 }),
  ofConclave: runsAt([1000, 1, 2000], { cpuUs: 10, serversCpuUs: null }),
};

test('rates are medians, and the ratio, taken round by round, is held against the goal', () => {
  const [ofPeer, ofConclave, ratio] = compareRates({ ...comparison, timesAtLeast: 11 });
  assert.ok(ratio);
  assert.is(ofPeer?.value, 200);
  assert.is(ofConclave?.value, 1000);
  assert.equal(ratio.repeats, [10, 1 / 900, 10]);
  assert.is(ratio.value, 10);
  assert.equal(ratio.goal, { atLeast: 11 });
  assert.not.ok(isMet(ratio));
  assert.is(compareRates(comparison)[2]?.goal, undefined);
});

test('the CPU time of a peer is that of client and servers', () => {
  const [ofPeer, ofConclave, ratio] = compareRates(comparison);
  assert.is(ofPeer?.note, 'CPU 30 µs; that is the client, 0.6 % of a core; the servers 10 µs more');
  assert.is(ofConclave?.note, 'CPU 10 µs');
  assert.is(ratio?.note, 'an operation there costs 4 x the CPU time');
});

test('the first load, of the most clients, warms up the others, but for a lone client', () => {
  const [most, fewer, one] = loadsOf([1024, 256, 1], 2000);
  assert.equal(most, { clients: 1024, warmUpMs: 2000, runMs: 2000 });
  assert.equal(fewer, { clients: 256, warmUpMs: 500, runMs: 2000 });
  assert.ok(one && one.warmUpMs > 1000);
});

test('runs of a load, round by round; none of a round that has none', () => {
  const [first, second, third] = runsAt([1, 2, 3], { cpuUs: 1, serversCpuUs: null }) as [Run, Run, Run];
  assert.equal(ofLoad([[first, second], [third]], 1), [second]);
  assert.equal(ofLoad([[first, second], [third]], 0), [first, third]);
});

test.run();
