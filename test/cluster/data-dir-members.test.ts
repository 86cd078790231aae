/** Members with files: folders come and go with nodes, and what a stop interrupted is sorted out by the next start. */
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster } from '../../src/index.js';
import { codeOf, equalState, leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';
import { nodeFolders, withDataDir } from '../support/data-dirs.js';

const test = suite('members with files');

/** Writes one after the other until told to stop; answers how many. Rejects when one is refused. */
function keepWriting(cluster: Cluster): () => Promise<number> {
  const store = cluster.store();
  const stop = new AbortController();
  const write = async (): Promise<number> => {
    let written = 0;
    for (; !stop.signal.aborted; written += 1) {
      const id = written + 1;
      await store.registerBroker({ id, addr: `h:${id}` }, { timeoutMs: 20_000 });
    }
    return written;
  };
  const writing = write();
  return () => {
    stop.abort();
    return writing;
  };
}

test('nodes are added and removed, the leader among them, while writes go on; a start has the members of the end', () =>
  withDataDir(async (dataDir) => {
    let written = 0;
    await withCluster('added and removed', { dataDir }, async (cluster) => {
      const stopWriting = keepWriting(cluster);
      const { id } = await cluster.addNode({ timeoutMs: 20_000 });
      assert.is(id, 4);
      assert.equal(nodeFolders(dataDir), ['node-1', 'node-2', 'node-3', 'node-4']);
      const { leader, followers } = await leaderAndFollowers(cluster);
      await cluster.removeNode(leader, { timeoutMs: 20_000 });
      assert.is(existsSync(join(dataDir, `node-${leader}`)), false);
      await cluster.transferLeadership(followers[0] ?? 0, { timeoutMs: 20_000 });
      written = await stopWriting();
      assert.ok(written > 0);
      await cluster.waitForHealthy();
      await equalState(cluster);
    });
    const folders = nodeFolders(dataDir);
    assert.is(folders.length, 3);
    await withCluster('again', { dataDir, nodes: 3 }, async (cluster) => {
      assert.equal(
        cluster.nodeIds.map((id) => `node-${id}`),
        folders,
      );
      assert.is((await cluster.store().listBrokers()).length, written);
      assert.is((await cluster.addNode({ timeoutMs: 20_000 })).id, 5, 'no id is given twice');
    });
  }));

test('a node that was killed can be removed, with its folder', () =>
  withDataDir((dataDir) =>
    withCluster('killed', { dataDir }, async (cluster) => {
      await registerBrokers(cluster.store(), 1);
      const { followers } = await leaderAndFollowers(cluster);
      const id = followers[0] ?? 0;
      await cluster.node(id).kill();
      await cluster.removeNode(id);
      assert.is(nodeFolders(dataDir).includes(`node-${id}`), false);
      await cluster.waitForHealthy();
    }),
  ));

test('a node that was to join and was never a member is taken back by the next start', () =>
  withDataDir(async (dataDir) => {
    await withCluster('interrupted', { dataDir }, async (cluster) => {
      const { followers } = await leaderAndFollowers(cluster);
      for (const id of followers) await cluster.node(id).kill();
      const adding = codeOf(cluster.addNode({ timeoutMs: 20_000 }));
      await cluster.stop();
      assert.is(await adding, 'Stopped');
    });
    assert.ok(nodeFolders(dataDir).includes('node-4'));
    await withCluster('taken back', { dataDir }, async (cluster) => {
      assert.equal(cluster.nodeIds, [1, 2, 3]);
      assert.equal(nodeFolders(dataDir), ['node-1', 'node-2', 'node-3']);
      await cluster.waitForHealthy();
    });
  }));

test('a node that left and whose folder is still there goes', () =>
  withDataDir(async (dataDir) => {
    const before = join(dataDir, 'before');
    await withCluster('left', { dataDir }, async (cluster) => {
      await cluster.waitForHealthy();
      await cluster.node(3).kill();
      for (const name of ['cluster.json', 'node-3']) {
        cpSync(join(dataDir, name), join(before, name), { recursive: true });
      }
      await cluster.removeNode(3);
    });
    for (const name of ['cluster.json', 'node-3']) {
      cpSync(join(before, name), join(dataDir, name), { recursive: true });
    }
    rmSync(before, { recursive: true });
    await withCluster('gone', { dataDir }, async (cluster) => {
      assert.equal(cluster.nodeIds, [1, 2]);
      assert.equal(nodeFolders(dataDir), ['node-1', 'node-2']);
      await cluster.waitForHealthy();
    });
  }));

test.run();
