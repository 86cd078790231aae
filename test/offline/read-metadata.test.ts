/** The metadata of a stopped cluster, read from its files: what the cluster itself said last, and says next. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readMetadata, startCluster, type ClusterMetadata, type ClusterOptions } from '../../src/index.js';
import { must } from '../../src/assert.js';
import { codeOf, registerBrokers, withCluster } from '../support/clusters.js';
import { damageLog, nodeFolders, withDataDir } from '../support/data-dirs.js';

const test = suite('read metadata');
const counterMachine = new URL('../support/counter-machine.js', import.meta.url);

/** Answers what the cluster says before it stops. `snapshotsAt`: before the topic of this number all nodes take one. */
async function filled(dataDir: string, options: ClusterOptions = {}, snapshotsAt = -1): Promise<ClusterMetadata> {
  const states: ClusterMetadata[] = [];
  await withCluster('filling', { dataDir, nodes: 3, durability: 'os', ...options }, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 3);
    for (let count = 0; count < 12; count += 1) {
      if (count === snapshotsAt) await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).takeSnapshot()));
      await store.createTopic(`topic-${count}`, { partitions: 3, replicationFactor: 2 });
    }
    await store.deleteTopic('topic-3');
    states.push(await store.metadata());
  });
  return must(states[0], 'what was filled');
}

function filesOf(dataDir: string): string[] {
  return nodeFolders(dataDir).flatMap((node) => readdirSync(join(dataDir, node)).map((name) => `${node}/${name}`));
}

test('from the log alone, and from a snapshot with the log behind it; no file is changed', async () => {
  for (const snapshotsAt of [-1, 8]) {
    await withDataDir(async (dataDir) => {
      const state = await filled(dataDir, { trailingEntries: 1 }, snapshotsAt);
      const before = filesOf(dataDir);
      assert.is(
        before.some((name) => name.includes('/snapshot-')),
        snapshotsAt === 8,
      );
      const read = await readMetadata(dataDir);
      assert.equal(read.state, state);
      assert.ok(read.index >= 16);
      assert.equal(filesOf(dataDir), before);
      assert.equal((await readMetadata(dataDir)).state, state, 'the lock is released');
    });
  }
});

test('one damaged node of three, or one without files, is done without; two are too many', () =>
  withDataDir(async (dataDir) => {
    const state = await filled(dataDir);
    damageLog(dataDir, 1);
    assert.equal((await readMetadata(dataDir)).state, state);
    damageLog(dataDir, 3);
    assert.is(await codeOf(readMetadata(dataDir)), 'CorruptLog');
    for (const id of [1, 3]) rmSync(join(dataDir, `node-${id}`), { recursive: true });
    assert.is(await codeOf(readMetadata(dataDir)), 'InvalidArgument');
  }));

test('the node is chosen whose log reaches furthest', () =>
  withDataDir(async (dataDir) => {
    const states: ClusterMetadata[] = [];
    await withCluster('one behind', { dataDir, nodes: 3, durability: 'os' }, async (cluster) => {
      const store = cluster.store();
      await cluster.waitForHealthy();
      await cluster.transferLeadership(2);
      await cluster.node(1).kill();
      await registerBrokers(store, 3);
      states.push(await store.metadata());
    });
    assert.equal((await readMetadata(dataDir)).state, states[0]);
  }));

test('a folder without a cluster, one in use, one of another state machine', () =>
  withDataDir(async (dataDir) => {
    assert.is(await codeOf(readMetadata(dataDir)), 'InvalidArgument');
    await withCluster('in use', { dataDir, nodes: 1, stateMachine: counterMachine }, async () => {
      assert.is(await codeOf(readMetadata(dataDir)), 'DataDirInUse');
    });
    assert.is(await codeOf(readMetadata(dataDir)), 'InvalidArgument');
    await (await startCluster({ dataDir, stateMachine: counterMachine })).stop();
  }));

test.run();
