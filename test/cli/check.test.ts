/** The drill of `--check` on a made-up cluster that loses things: what it must not call equal. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drill, type DrillReport, type Subject } from '../../src/cli/check.js';
import { createProgress } from '../../src/cli/progress.js';
import { coloursFor } from '../../src/cli/screen.js';
import { summaryText } from '../../src/cli/up.js';
import type { BrokerInfo, TopicInfo } from '../../src/index.js';

const test = suite('check');

interface Faults {
  /** The leader before and after the kill. */
  leaders?: [number, number];
  /** What dumps of nodes 1, 2 and 3 answer, round after round; the last one stays. */
  dumps?: [appliedIndex: number, stateHash: string][][];
  topicsLost?: number;
}

const hash = 'a'.repeat(64);
const counts = { brokers: 1, topics: 2, partitions: 0 };

function madeUp(faults: Faults): { subject: Subject; calls: string[] } {
  const calls: string[] = [];
  const leaders = faults.leaders ?? [1, 2];
  const rounds = faults.dumps ?? [[1, 2, 3].map(() => [9, hash])];
  let leadersAsked = 0;
  let dumpsAsked = 0;
  const cluster: Subject['cluster'] = {
    nodeIds: [1, 2, 3],
    node: (id) => ({
      async dump() {
        const round = rounds[Math.min(Math.floor(dumpsAsked++ / 3), rounds.length - 1)];
        const [appliedIndex, stateHash] = round?.[id - 1] ?? [0, ''];
        return { appliedIndex, stateHash, state: undefined };
      },
    }),
    async waitForLeader() {
      const id = leaders[leadersAsked++] ?? 0;
      const called = (what: string) => async (): Promise<void> => void calls.push(`${what} ${id}`);
      return { id, kill: called('kill'), restart: called('restart') };
    },
    async waitForHealthy() {
      calls.push('healthy');
    },
  };
  const topics = Object.fromEntries(['a', 'b'].slice(faults.topicsLost ?? 0).map((name) => [name, {} as TopicInfo]));
  const store: Subject['store'] = {
    async updateBroker() {
      calls.push('write');
      return {} as BrokerInfo;
    },
    metadata: async () => ({ brokers: { 1: {} as BrokerInfo }, topics, partitions: {}, version: 4, lastModified: 0 }),
  };
  return { subject: { cluster, store }, calls };
}

function run(faults: Faults, signal?: AbortSignal): Promise<DrillReport> {
  const screen = { write: () => true };
  return drill(
    madeUp(faults).subject,
    counts,
    signal ? { signal } : {},
    createProgress(screen, coloursFor(screen, {})),
  );
}

test('waits, kills, writes, restarts, waits, in this order, and finds all well', async () => {
  const { subject, calls } = madeUp({});
  const screen = { write: () => true };
  const report = await drill(subject, counts, {}, createProgress(screen, coloursFor(screen, {})));
  assert.equal(calls, ['healthy', 'kill 1', 'write', 'restart 1', 'healthy']);
  const { leaderBefore, leaderAfter, restartedNode, appliedIndex, stateHash, equal, differences } = report;
  assert.equal([leaderBefore, leaderAfter, restartedNode], [1, 2, 1]);
  assert.equal(
    { appliedIndex, stateHash, equal, differences },
    { appliedIndex: 9, stateHash: hash, equal: true, differences: [] },
  );
  assert.match(summaryText(3, report), /^equal +yes, on all 3 nodes$/m);
});

test('states that differ at one index are not equal', async () => {
  const report = await run({
    dumps: [
      [
        [9, hash],
        [9, hash],
        [9, 'b'.repeat(64)],
      ],
    ],
  });
  assert.is(report.equal, false);
  assert.match(report.differences.join(), /^states differ at index 9: node 1 a{16}, node 2 a{16}, node 3 b{16}$/);
  assert.match(summaryText(3, report), /^equal +NO, the nodes differ$/m);
});

test('states are compared only once all nodes are at one index', async () => {
  const early: [number, string][] = [
    [9, hash],
    [9, hash],
    [8, 'c'],
  ];
  const report = await run({
    dumps: [
      early,
      early,
      [
        [9, hash],
        [9, hash],
        [9, hash],
      ],
    ],
  });
  assert.is(report.equal, true);
});

test('nodes that never reach one index end with the deadline, not with a verdict', async () => {
  const deadline = new AbortController();
  const dumps: Faults['dumps'] = [
    [
      [9, hash],
      [9, hash],
      [8, hash],
    ],
  ];
  const running = run({ dumps }, deadline.signal);
  deadline.abort();
  const outcome = await running.then(
    () => 'a verdict',
    (error: unknown) => (error instanceof Error ? error.name : ''),
  );
  assert.is(outcome, 'AbortError');
});

test('a lost topic, and a killed node that still leads, are differences though the states are equal', async () => {
  const report = await run({ topicsLost: 1, leaders: [3, 3] });
  assert.is(report.equal, true);
  assert.equal(report.differences, ['1 topics instead of 2', 'node 3 was killed and still leads']);
});

test.run();
