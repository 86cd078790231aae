/**
 * How long is a node away? The files of a stopped node are read as its threads read them, in this thread: its log, the
 * newest snapshot, and the entries behind it applied; beside `JSON.parse` of the snapshot's own bytes. And the whole
 * cluster's start on these files.
 */
import { startCluster } from '../src/index.js';
import { createMetadataMachine } from '../src/metadata/metadata-state-machine.js';
import type { EntryRun } from '../src/raft/entries.js';
import { lastIndexOf, sliceRun } from '../src/raft/entries.js';
import { createReplicatedState } from '../src/state-machine/exactly-once.js';
import { must } from '../src/assert.js';
import { openFileSnapshots } from '../src/storage/file-snapshots.js';
import { openLogFiles } from '../src/storage/log-files.js';
import { nodeFolder, readIdentity, readClusterFile } from '../src/storage/data-folder.js';
import { createNodeDisk } from '../src/storage/node-disk.js';
import { withDataDir } from './data-dir.js';
import { median, quantity, type Figure } from './figure.js';
import { largeState, leaderChanges, registerBrokers } from './leader-changes.js';

const timeoutMs = 60_000;
const repeats = 5;

interface Timings {
  readonly logMs: number;
  readonly restoreMs: number;
  readonly replayMs: number;
  readonly parseMs: number;
  readonly entries: number;
  readonly snapshotBytes: number;
}

export async function measureRecovery({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const size = quick ? { topics: 100, partitionsEach: 100 } : largeState;
  const entries = quick ? 1000 : 10_000;
  return withDataDir(async (dataDir) => {
    await prepare(dataDir, size, entries);
    const timings = Array.from({ length: repeats }, () => recoverNode(dataDir));
    const startedAt = performance.now();
    await using cluster = await startCluster({ dataDir, startTimeoutMs: timeoutMs });
    const startMs = performance.now() - startedAt;
    await cluster.waitForLeader();
    return figures(size.topics * size.partitionsEach, timings, startMs);
  });
}

/** A snapshot on every node, and so many entries behind it. */
async function prepare(dataDir: string, size: typeof largeState, entries: number): Promise<void> {
  await using cluster = await startCluster({ nodes: 3, dataDir, snapshotEntries: 1_000_000 });
  const store = cluster.store();
  await registerBrokers(store);
  const { call } = await leaderChanges(store, 'recovery', size);
  await cluster.waitForHealthy({ timeoutMs });
  for (const id of cluster.nodeIds) await cluster.node(id).takeSnapshot({ timeoutMs });
  await Promise.all(Array.from({ length: entries }, call));
  await cluster.waitForHealthy({ timeoutMs });
}

function recoverNode(dataDir: string): Timings {
  const disk = createNodeDisk();
  const { clusterId, bootstrap } = must(readClusterFile(disk, dataDir), 'cluster.json');
  const identity = must(readIdentity(disk, dataDir, clusterId, 1), 'identity');
  const folder = nodeFolder(dataDir, 1);
  const state = createReplicatedState(createMetadataMachine(), bootstrap);

  const t0 = performance.now();
  const { shelf, newest } = openFileSnapshots(disk, folder, identity);
  const { content, description } = must(newest, 'a snapshot');
  if (!state.restore(content, description)) throw new Error('the snapshot was refused');
  const t1 = performance.now();
  const { stored, storage } = openLogFiles({ disk, folder, identity, durability: 'fsync' }, description);
  const t2 = performance.now();
  const runs = entriesAfter(stored.entries, description.index);
  state.applyRuns(runs);
  const t3 = performance.now();
  const text = machineJson(content);
  const t4 = performance.now();
  JSON.parse(new TextDecoder().decode(text));
  const t5 = performance.now();
  shelf.close();
  storage.close();
  const entries = runs.reduce((sum, run) => sum + run.count, 0);
  return {
    restoreMs: t1 - t0,
    logMs: t2 - t1,
    replayMs: t3 - t2,
    parseMs: t5 - t4,
    entries,
    snapshotBytes: content.length,
  };
}

function entriesAfter(runs: readonly EntryRun[], index: number): EntryRun[] {
  return runs
    .filter((run) => lastIndexOf(run) > index)
    .map((run) => sliceRun(run, Math.max(run.firstIndex, index + 1), lastIndexOf(run)));
}

/** The machine's section of a snapshot's content: the metadata as one JSON text. */
function machineJson(content: Uint8Array): Uint8Array {
  const start = content.indexOf(0x0a) + 1;
  const last = content.lastIndexOf(0x0a, content.length - 2) + 1;
  const { machineBytes } = JSON.parse(new TextDecoder().decode(content.subarray(last))) as { machineBytes: number };
  return content.subarray(start, start + machineBytes);
}

function figures(partitions: number, timings: readonly Timings[], startMs: number): Figure[] {
  const of = (pick: (timing: Timings) => number): number => median(timings.map(pick));
  const { entries, snapshotBytes } = must(timings[0], 'a run');
  const totalMs = of(({ restoreMs, logMs, replayMs }) => restoreMs + logMs + replayMs);
  const parseMs = of((timing) => timing.parseMs);
  const state = `${partitions.toLocaleString('en-US')} partitions`;
  const bytes = quantity(snapshotBytes / 1e6, 'MB');
  return [
    { name: `${state}: JSON.parse of the snapshot's bytes`, value: parseMs, unit: 'ms', note: bytes },
    {
      name: `${state}: snapshot read, verified and restored`,
      value: of((timing) => timing.restoreMs),
      unit: 'ms',
      note: '',
    },
    { name: 'log read, checked and synced', value: of((timing) => timing.logMs), unit: 'ms', note: '' },
    {
      name: `${entries.toLocaleString('en-US')} entries replayed`,
      value: of((timing) => timing.entries / (timing.replayMs / 1000)),
      unit: 'ops/s',
      note: quantity(
        of((timing) => timing.replayMs),
        'ms',
      ),
    },
    {
      name: 'recovery of a node in all',
      value: totalMs,
      unit: 'ms',
      note: `${quantity(totalMs / parseMs, 'x')} JSON.parse`,
    },
    {
      name: 'the whole cluster, started on these files',
      value: startMs,
      unit: 'ms',
      note: 'three nodes at once, until the leader serves',
    },
  ];
}
