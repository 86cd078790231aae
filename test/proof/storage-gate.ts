/**
 * What is on disk: every damage to a log's tail, a crash at every disk call, damage on all nodes at once, a cluster
 * whose nodes and whose process are killed again and again.
 */
import { fileURLToPath } from 'node:url';
import { killAllUnderLoad } from '../cluster/all-killed.js';
import { killProcessUnderLoad } from '../cluster/process-killed.js';
import { crashAtEveryCall } from '../simulation/every-disk-call.js';
import { flipTail, truncateTail, zeroSectors } from '../storage/log-tail.js';
import { runTestFile } from '../support/test-process.js';
import type { Gate, GateOptions, GateRow } from './gate.js';
import { inThread } from './in-thread.js';

const LOG_TAIL = import.meta.resolve('../storage/log-tail.js');
const EVERY_CALL = import.meta.resolve('../simulation/every-disk-call.js');

export const gate: Gate = async (options) => {
  options.progress('a log damaged in every way, a crash at every disk call');
  const rows = await Promise.all([tailDamage(), everyDiskCall(options)]);
  options.progress('a log damaged on every node');
  rows.push(await damagedClusters(options));
  options.progress('nodes killed under load');
  rows.push(await killedUnderLoad(options));
  return rows;
};

/** A silent difference throws, and so fails the whole gate. */
async function tailDamage(): Promise<GateRow> {
  const truncated = await inThread(LOG_TAIL, truncateTail);
  const flipped = await inThread(LOG_TAIL, flipTail);
  const zeroed = await inThread(LOG_TAIL, zeroSectors);
  return {
    gate: 'G9',
    goal:
      'a log truncated at every byte of its last 64 KiB, every bit of its last 4 KiB flipped, every sector zeroed: ' +
      'all that was acknowledged, or a refusal',
    reached: `${truncated.tried} truncations, ${flipped.tried} flips, ${zeroed.tried} sectors, 0 silent differences`,
    anchor: 'etcd: a torn-write test and 5 repair tests, a handful of positions',
    passed: truncated.tried > 65_536 && flipped.tried === 32_768 && zeroed.tried >= 128,
  };
}

async function everyDiskCall({ long, tell }: GateOptions): Promise<GateRow> {
  const seeds = long ? 30 : 1;
  let calls = 0;
  let crashes = 0;
  const failures: string[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    for (const durability of ['fsync', 'os'] as const) {
      const report = await inThread(EVERY_CALL, crashAtEveryCall, seed, durability);
      calls += report.calls;
      crashes += report.crashes;
      if (report.failure !== null) failures.push(`seed ${seed}, ${durability}: ${report.failure}`);
    }
  }
  failures.forEach(tell);
  return {
    gate: 'G10',
    goal:
      `a crash at every disk call of ${seeds} x 200 operations (snapshot, compaction, membership change), ` +
      'unsynced bytes lost, kept, torn, reordered',
    reached: `${calls} calls, ${crashes} recoveries, ${failures.length} lost or invented something`,
    anchor: 'etcd: 27 points at which it can be made to panic',
    passed: failures.length === 0 && crashes >= 10_000,
  };
}

async function damagedClusters({ tell }: GateOptions): Promise<GateRow> {
  const files = ['offline/repair', 'cluster/data-dir-damage'];
  let passed = 0;
  let failed = 0;
  for (const file of files) {
    const report = await runTestFile(fileURLToPath(new URL(`../${file}.test.js`, import.meta.url)), 120_000);
    passed += report.passed;
    failed += report.failed;
    if (report.failed > 0) tell(report.output);
  }
  return {
    gate: 'G11',
    goal: 'a store corrupt or wiped: back without a vote on lost state; other records damaged on all nodes: rebuilt',
    reached: `${passed} scenarios passed, ${failed} failed`,
    anchor:
      'TigerBeetle: damage on all replicas yes, total loss of one not then; etcd: an operator replaces the member',
    passed: passed > 0 && failed === 0,
  };
}

async function killedUnderLoad({ long }: GateOptions): Promise<GateRow> {
  const rounds = long ? 100 : 5;
  const kills = long ? 1000 : 50;
  let acknowledged = 0;
  for (const nodes of [1, 3, 5]) acknowledged += await killAllUnderLoad(nodes, rounds);
  acknowledged += await killProcessUnderLoad(kills);
  return {
    gate: 'G11',
    goal:
      `all of 1, 3, 5 nodes killed at once ${rounds} times each, the process ${kills} times, under load: ` +
      'nothing acknowledged is missing',
    reached: `${acknowledged} acknowledged, 0 missing`,
    anchor: 'Kafka: all killed, in simulation; etcd: one process a time',
    passed: acknowledged > kills * 20,
  };
}
