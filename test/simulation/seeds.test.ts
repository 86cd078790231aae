/**
 * Simulated clusters of 1 to 7 nodes, as the swarm runs them, some here and thousands in `npm run proof`: every
 * property holds after every event of every seed.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { INVARIANTS } from '../../src/simulation/checks/violation.js';
import { replayCommand } from '../../src/simulation/command/replay.js';
import { FAULT_KINDS } from '../../src/simulation/faults.js';
import { simulateSeed } from '../../src/simulation/seed.js';
import { counts, type SimulationResult } from '../../src/simulation/simulation.js';
import { addResult, checksRun, createTotals } from '../../src/simulation/totals.js';

const SEEDS = 60;
const SAMPLE_STRIDE = 15;

const test = suite('simulation');
const results: SimulationResult[] = [];
const totals = createTotals();

test('all seeds commit and violate nothing', () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const result = simulateSeed({ seed });
    assert.is(result.failure, undefined, `${result.failure?.message ?? ''}\nreplay: ${replayCommand(seed)}`);
    assert.ok(counts(result), `seed ${seed}: ${result.committed} commits`);
    results.push(result);
    addResult(totals, result);
  }
  const { events, commits, faults } = totals;
  console.log(`${events} events, ${commits} commits, ${checksRun(totals)} checks, faults ${JSON.stringify(faults)}`);
});

test('every size of cluster and every kind of fault occurs', () => {
  for (let nodes = 1; nodes <= 7; nodes += 1) {
    assert.ok(
      results.some((result) => result.nodes === nodes),
      `${nodes} nodes`,
    );
  }
  for (const kind of FAULT_KINDS) assert.ok(totals.faults[kind] > 0, kind);
});

test('every invariant is checked', () => {
  for (const invariant of INVARIANTS) assert.ok(totals.checks[invariant] > 0, invariant);
  assert.ok(checksRun(totals) > totals.events, `${checksRun(totals)} checks`);
});

test('in every seed a majority heals among nodes that stay broken, and commits', () => {
  for (const { seed, majority } of results) assert.ok(majority !== null, `seed ${seed}`);
  const among = results.filter(({ nodes, majority }) => (majority?.size ?? nodes) < nodes);
  assert.ok(among.length > SEEDS / 3, `${among.length} seeds with nodes that stay broken`);
});

test('reads, membership changes, leadership transfers and snapshot transfers are part of it', () => {
  const total = (count: (result: SimulationResult) => number): number =>
    results.reduce((sum, result) => sum + count(result), 0);
  assert.ok(total((result) => result.readsConfirmed) > SEEDS, 'reads confirmed');
  assert.ok(total((result) => result.changesMade) > SEEDS / 10, 'membership changes');
  assert.ok(total((result) => result.transfersMade) > SEEDS / 20, 'leadership transfers');
  assert.ok(total((result) => result.snapshotsInstalled) > SEEDS / 20, 'snapshots installed');
});

test('the same seed gives the same trace, and another seed another', () => {
  const sample = results.filter((result) => result.seed % SAMPLE_STRIDE === 0);
  assert.ok(sample.length > 3, `a sample of ${sample.length}`);
  for (const result of sample) assert.equal(simulateSeed({ seed: result.seed }), result);
  assert.is(new Set(results.map((result) => result.traceHash)).size, results.length);
});

test.run();
