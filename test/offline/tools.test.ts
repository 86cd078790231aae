/** Recovering from one node, snapshots as files, dumps of logs: on folders of real clusters. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ClusterError,
  dumpLog,
  inspectSnapshot,
  recover,
  repair,
  restoreSnapshot,
  saveSnapshot,
  startCluster,
  type ClusterMetadata,
  type DumpedEntry,
} from '../../src/index.js';
import { must } from '../../src/assert.js';
import { codeOf, equalState, registerBrokers, withCluster } from '../support/clusters.js';
import { damageEntries, recordsOf } from '../support/damaged-files.js';
import { damageLog, incarnationOf, withDataDir } from '../support/data-dirs.js';

const test = suite('tools');
const counterMachine = new URL('../support/counter-machine.js', import.meta.url);

/** A stopped cluster of three brokers and a topic whose creation had this request id. Answers its state. */
async function filled(dataDir: string, snapshot = false): Promise<ClusterMetadata> {
  const states: ClusterMetadata[] = [];
  await withCluster('filling', { dataDir, nodes: 3 }, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 3);
    await store.createTopic('events', { partitions: 4, replicationFactor: 2 }, { requestId: 'mine' });
    await equalState(cluster);
    if (snapshot) await (await cluster.waitForLeader()).takeSnapshot();
    states.push(await store.metadata());
  });
  return must(states[0], 'what was filled');
}

/** The cluster in the folder has this state, goes on, and knows the request id of before. */
async function assertGoesOn(dataDir: string, state: ClusterMetadata, nodes = 3): Promise<void> {
  await withCluster('goes on', { dataDir }, async (cluster) => {
    await cluster.waitForHealthy({ timeoutMs: 20_000 });
    await equalState(cluster);
    const store = cluster.store();
    assert.equal(await store.metadata(), state);
    assert.is(cluster.nodeIds.length, nodes);
    const again = await store.createTopic('events', { partitions: 4, replicationFactor: 2 }, { requestId: 'mine' });
    assert.is(again.name, 'events', 'the first answer, not TopicExists');
    await store.createTopic('later', { partitions: 1, replicationFactor: 1 });
  });
}

test('recover: two of three disks are lost, the third becomes a cluster of three again', () =>
  withDataDir(async (dataDir) => {
    const state = await filled(dataDir);
    const before = incarnationOf(dataDir, 2);
    for (const id of [1, 3]) rmSync(join(dataDir, `node-${id}`), { recursive: true });
    assert.ok(await codeOf(startCluster({ dataDir, startTimeoutMs: 3_000 })), 'there is no majority');
    const { keptIndex, keptTerm, clusterId } = await recover(dataDir, { fromNode: 2, acceptDataLoss: true });
    const last = [...dumpLog(join(dataDir, 'node-2'))].at(-1) as DumpedEntry;
    assert.equal([last.index, last.kind, last.voters, last.learners], [keptIndex + 1, 'configuration', [2], [1, 3]]);
    assert.ok(last.term > keptTerm, 'in a term that no leader of the old cluster had');
    assert.is.not(incarnationOf(dataDir, 2), before);
    assert.match(readFileSync(join(dataDir, 'cluster.json'), 'utf8'), clusterId);
    assert.ok(existsSync(join(dataDir, 'node-2.old')));
    await assertGoesOn(dataDir, state);
  }));

test('recover: from a snapshot and the log behind it', () =>
  withDataDir(async (dataDir) => {
    const state = await filled(dataDir, true);
    const holder = [1, 2, 3].find((id) => readdirSync(join(dataDir, `node-${id}`)).some((name) => /^snap/.test(name)));
    await recover(dataDir, { fromNode: holder ?? 0, acceptDataLoss: true });
    await assertGoesOn(dataDir, state);
  }));

test('recover changes nothing when it is not allowed to, in use, or has nothing to keep', () =>
  withDataDir(async (dataDir) => {
    assert.is(await codeOf(recover(dataDir, { fromNode: 1, acceptDataLoss: true })), 'InvalidArgument');
    const state = await filled(dataDir);
    const refusals: [unknown, string][] = [
      [{ fromNode: 1 }, 'InvalidArgument'],
      [{ fromNode: 1, acceptDataLoss: false }, 'InvalidArgument'],
      [{ fromNode: 4, acceptDataLoss: true }, 'InvalidArgument'],
      [{ fromNode: '1', acceptDataLoss: true }, 'InvalidArgument'],
      [undefined, 'InvalidArgument'],
    ];
    for (const [options, code] of refusals) {
      assert.is(
        await codeOf(recover(dataDir, options as Parameters<typeof recover>[1])),
        code,
        JSON.stringify(options),
      );
    }
    await withCluster('in use', { dataDir }, async () => {
      assert.is(await codeOf(recover(dataDir, { fromNode: 1, acceptDataLoss: true })), 'DataDirInUse');
    });
    await assertGoesOn(dataDir, state);
    damageLog(dataDir, 1);
    assert.is(await codeOf(recover(dataDir, { fromNode: 1, acceptDataLoss: true })), 'CorruptLog');
    rmSync(join(dataDir, 'node-2'), { recursive: true });
    assert.is(await codeOf(recover(dataDir, { fromNode: 2, acceptDataLoss: true })), 'InvalidArgument');
    assert.not.ok(readdirSync(dataDir).some((name) => /new|old/.test(name)));
  }));

test('a snapshot is saved, inspected, and restored as a new cluster of another size', () =>
  withDataDir(async (dataDir) => {
    const state = await filled(dataDir, true);
    const file = join(dataDir, 'saved');
    const { index, node } = await saveSnapshot(dataDir, file);
    const inspection = await inspectSnapshot(file);
    assert.equal(
      [inspection.index, inspection.node, inspection.voters, inspection.learners],
      [index, node, [1, 2, 3], []],
    );
    assert.equal([inspection.state, inspection.requestIds], [state, 1]);
    await withDataDir(async (restored) => {
      const report = await restoreSnapshot(file, restored, { nodes: 5 });
      assert.is(report.index, index);
      assert.is.not(report.clusterId, inspection.clusterId);
      await assertGoesOn(restored, state, 5);
    });
  }));

test('a snapshot is not restored over a cluster, from a damaged file, or as that of another machine', () =>
  withDataDir(async (dataDir) => {
    assert.is(await codeOf(saveSnapshot(dataDir, join(dataDir, 'saved'))), 'InvalidArgument');
    await filled(dataDir);
    assert.is(await codeOf(saveSnapshot(dataDir, join(dataDir, 'saved'))), 'InvalidArgument', 'none was taken yet');
    await filled(`${dataDir}/second`, true);
    const file = join(dataDir, 'saved');
    assert.is(await codeOf(saveSnapshot(`${dataDir}/second`, dataDir)), 'InvalidArgument', 'no file to be replaced');
    await saveSnapshot(`${dataDir}/second`, file);
    const target = join(dataDir, 'target');
    assert.is(await codeOf(restoreSnapshot(file, dataDir)), 'InvalidArgument');
    assert.is(await codeOf(restoreSnapshot(file, target, { nodes: 0 })), 'InvalidArgument');
    assert.is(await codeOf(restoreSnapshot(file, target, { stateMachine: 'counter' })), 'InvalidArgument');
    const bytes = readFileSync(file);
    const damaged = join(dataDir, 'damaged');
    for (const offset of [10, 4_100, bytes.length - 1]) {
      const copy = Uint8Array.from(bytes);
      copy[offset] = (copy[offset] ?? 0) ^ 1;
      writeFileSync(damaged, copy);
      assert.is(await codeOf(restoreSnapshot(damaged, target)), 'CorruptLog', `offset ${offset}`);
      assert.is(await codeOf(inspectSnapshot(damaged)), 'CorruptLog', `offset ${offset}`);
    }
    writeFileSync(damaged, bytes.subarray(0, bytes.length - 1));
    assert.is(await codeOf(inspectSnapshot(damaged)), 'CorruptLog');
    assert.is(await codeOf(inspectSnapshot(join(dataDir, 'none'))), 'StorageFailed');
    assert.not.ok(existsSync(target));
  }));

test('a snapshot of a machine of your own is restored under its name', () =>
  withDataDir(async (dataDir) => {
    const options = { dataDir: join(dataDir, 'first'), nodes: 1, stateMachine: counterMachine };
    await withCluster('counting', options, async (cluster) => {
      await cluster.propose(Uint8Array.of(5));
      await cluster.node(1).takeSnapshot();
    });
    const file = join(dataDir, 'saved');
    await saveSnapshot(options.dataDir, file);
    assert.is((await inspectSnapshot(file)).state, null);
    const target = join(dataDir, 'second');
    assert.is(await codeOf(restoreSnapshot(file, target, { nodes: 1 })), 'InvalidArgument');
    await restoreSnapshot(file, target, { nodes: 1, stateMachine: 'counter' });
    await withCluster('counting on', { ...options, dataDir: target }, async (cluster) => {
      assert.is(await cluster.query(new Uint8Array()), 5);
    });
  }));

test('a path that is none is InvalidArgument', async () => {
  for (const path of [undefined, null, 7, '', 'a\0b'] as string[]) {
    const calls: Promise<unknown>[] = [
      repair(path),
      saveSnapshot(path, 'x'),
      saveSnapshot('x', path),
      inspectSnapshot(path),
    ];
    calls.push(recover(path, { fromNode: 1, acceptDataLoss: true }), restoreSnapshot(path, 'x'));
    for (const call of calls) assert.is(await codeOf(call), 'InvalidArgument', JSON.stringify(path));
    assert.throws(
      () => [...dumpLog(path)],
      (error: unknown) => error instanceof ClusterError && error.code === 'InvalidArgument',
    );
  }
});

test('a log is dumped by node, also while it is in use, and what is damaged is told at the end', () =>
  withDataDir(async (dataDir) => {
    assert.throws(() => [...dumpLog(dataDir)], /holds no log/);
    await filled(dataDir);
    const lines = [...dumpLog(dataDir)];
    assert.equal([...new Set(lines.map(({ node }) => node))], [1, 2, 3]);
    const second = lines.filter(({ node }) => node === 2) as DumpedEntry[];
    assert.equal([...dumpLog(dataDir, { node: 2 })], second);
    assert.equal([...dumpLog(join(dataDir, 'node-2'))], second);
    assert.equal(
      second.map(({ index }) => index),
      second.map((_, position) => position + 1),
    );
    const kinds = new Set(second.map(({ kind }) => kind));
    assert.equal(kinds, new Set(['noOp', 'openSession', 'write']));
    const mine = second.filter(({ requestId }) => requestId === 'mine').map(({ operation }) => operation);
    assert.equal(
      (mine as { type: string }[]).map(({ type }) => type),
      ['create_topic'],
    );

    await withCluster('in use', { dataDir }, async (cluster) => {
      await cluster.store().registerBroker({ id: 4, addr: 'h:4' });
      await equalState(cluster);
      assert.ok([...dumpLog(dataDir)].length > lines.length);
    });
    // A follower that was late may have all of the beginning in one record; somebody has not.
    const node = [1, 2, 3].find((id) => recordsOf(dataDir, id).some(({ record }) => record.after.index === 5)) ?? 0;
    damageEntries(dataDir, node, 6, 6);
    const damaged = [...dumpLog(dataDir, { node })];
    const { kind, ...where } = damaged.at(-1) ?? { kind: '' };
    assert.is(kind, 'damage');
    assert.match(JSON.stringify(where), `node-${node}/log-00000001`);
    const indexes = damaged.flatMap((line) => ('index' in line ? line.index : []));
    assert.ok(indexes.includes(5));
    assert.not(indexes.includes(6));
    assert.ok(Math.max(...indexes) > 6);
    assert.throws(() => [...dumpLog(dataDir, { node: 7 })], /no log of node 7/);
  }));

test.run();
