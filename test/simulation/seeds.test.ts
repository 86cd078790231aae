/**
 * The simulated cluster over at least 1,000 seeds of 1 to 7 nodes: every property holds, after every event of every
 * seed.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countFault, FAULT_KINDS, type FaultCounts } from '../../src/simulation/faults.js';
import { replayCommand } from '../../src/simulation/replay.js';
import { counts, simulate, type SimulationResult } from '../../src/simulation/simulation.js';

const COUNTED_SEEDS = 1000;
const MAXIMUM_SEEDS = 1100;
const SAMPLE_STRIDE = 40;
const MINIMUM_SHARE = 0.01;

const test = suite('simulation');
const results: SimulationResult[] = [];

test('1,000 seeds that commit and in which a fault fires violate nothing', () => {
  let counted = 0;
  for (let seed = 1; counted < COUNTED_SEEDS && seed <= MAXIMUM_SEEDS; seed += 1) {
    const result = simulate({ seed });
    assert.is(result.failure, undefined, `${result.failure?.message ?? ''}\nreplay: ${replayCommand(seed)}`);
    if (counts(result)) counted += 1;
    results.push(result);
  }
  assert.is(counted, COUNTED_SEEDS);
  console.log(summary());
});

test('every size of cluster and every kind of fault occurs in at least one seed of a hundred', () => {
  const minimum = results.length * MINIMUM_SHARE;
  for (let nodes = 1; nodes <= 7; nodes += 1) {
    const seeds = results.filter((result) => result.nodes === nodes).length;
    assert.ok(seeds >= minimum, `${nodes} nodes: ${seeds} seeds`);
  }
  for (const kind of FAULT_KINDS) {
    const seeds = results.filter((result) => result.faults[kind] !== undefined).length;
    assert.ok(seeds >= minimum, `${kind}: ${seeds} seeds`);
  }
});

test('reads, membership changes, leadership transfers and snapshot transfers are part of it', () => {
  const total = (count: (result: SimulationResult) => number): number =>
    results.reduce((sum, result) => sum + count(result), 0);
  assert.ok(total((result) => result.readsConfirmed) > results.length, 'reads confirmed');
  assert.ok(total((result) => result.changesMade) > results.length / 10, 'membership changes');
  assert.ok(total((result) => result.transfersMade) > results.length / 20, 'leadership transfers');
  assert.ok(total((result) => result.snapshotsInstalled) > results.length / 20, 'snapshots installed');
});

test('the same seed gives the same trace, and another seed another', () => {
  const sample = results.filter((result) => result.seed % SAMPLE_STRIDE === 0);
  assert.ok(sample.length >= 20, `a sample of ${sample.length}`);
  for (const result of sample) assert.equal(simulate({ seed: result.seed }), result);
  assert.is(new Set(results.map((result) => result.traceHash)).size, results.length);
});

function summary(): string {
  const faults: FaultCounts = {};
  let events = 0;
  let committed = 0;
  for (const result of results) {
    events += result.events;
    committed += result.committed;
    for (const kind of FAULT_KINDS)
      if (result.faults[kind] !== undefined) countFault(faults, kind, result.faults[kind]);
  }
  return `${results.length} seeds, ${events} events, ${committed} entries committed, faults ${JSON.stringify(faults)}`;
}

test.run();
