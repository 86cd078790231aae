/** Clusters on files: what was acknowledged is there again after a stop, and after all nodes were killed at once. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError, startCluster, type ClusterMetadata, type ClusterOptions } from '../../src/index.js';
import { codeOf, equalState, registerBrokers, withCluster } from '../support/clusters.js';
import { nodeFolders, openFilesIn, withDataDir } from '../support/data-dirs.js';
import { eventually } from '../support/deadline.js';

const counter = new URL('../support/counter-machine.js', import.meta.url);
const nameless = new URL('data:text/javascript,export default () => ({})');

const test = suite('data folder of a cluster');

for (const durability of ['fsync', 'os'] as const) {
  test(`${durability}: stopped and started again, it goes on with the same state and the same nodes`, () =>
    withDataDir(async (dataDir) => {
      let hash = '';
      await withCluster('first run', { dataDir, durability, nodes: 3 }, async (cluster) => {
        await registerBrokers(cluster.store(), 5);
        hash = await equalState(cluster);
      });
      assert.is(existsSync(join(dataDir, 'lock')), false, 'the lock is let go');
      await withCluster('second run', { dataDir }, async (cluster) => {
        assert.equal(cluster.nodeIds, [1, 2, 3]);
        assert.is(await equalState(cluster), hash);
        await registerBrokers(cluster.store(), 1, 6);
        await cluster.waitForHealthy();
      });
      await withCluster('third run', { dataDir, nodes: 3, snapshotEntries: 7, trailingEntries: 1 }, async (cluster) => {
        assert.is((await cluster.store().listBrokers()).length, 6);
      });
    }));
}

test('a cluster that has started has replayed its log: the state of its leader is whole at once, each time', () =>
  withDataDir(async (dataDir) => {
    await withCluster('first run', { dataDir, durability: 'os', nodes: 3 }, async (cluster) => {
      await registerBrokers(cluster.store(), 5);
    });
    for (let start = 1; start <= 25; start += 1) {
      await withCluster(`start ${start}`, { dataDir, durability: 'os' }, async (cluster) => {
        const { state } = await (await cluster.waitForLeader()).dump();
        assert.is(Object.keys((state as ClusterMetadata).brokers).length, 5, `start ${start}`);
      });
    }
  }));

for (const nodes of [1, 3, 5]) {
  test(`${nodes} nodes killed at once and restarted hold what was acknowledged`, () =>
    withDataDir((dataDir) =>
      withCluster(`${nodes} nodes`, { dataDir, nodes }, async (cluster) => {
        await registerBrokers(cluster.store(), 4);
        const all = cluster.nodeIds.map((id) => cluster.node(id));
        await Promise.all(all.map((node) => node.kill()));
        await Promise.all(all.map((node) => node.restart()));
        assert.is((await cluster.store().listBrokers()).length, 4);
        const { nodes: states } = await cluster.waitForHealthy();
        assert.ok(states.every(({ voter }) => voter));
      }),
    ));
}

test('a node that is killed and restarted is the same member: two of three may go one after the other', () =>
  withDataDir((dataDir) =>
    withCluster('killed', { dataDir }, async (cluster) => {
      const store = cluster.store();
      await registerBrokers(store, 2);
      await cluster.node(1).kill();
      await cluster.node(2).kill();
      const none: unknown = await store.listBrokers({ timeoutMs: 200 }).catch((error: unknown) => error);
      assert.instance(none, ClusterError);
      assert.ok((none as ClusterError).retryable, 'not now, but not for good');
      assert.is((await cluster.node(2).status()).stopReason, 'killed');
      await cluster.node(2).restart();
      assert.is((await store.listBrokers()).length, 2);
      await cluster.node(1).restart();
      await cluster.waitForHealthy();
      await equalState(cluster);
    }),
  ));

test('a restart begins with the newest snapshot, and the log behind it', () =>
  withDataDir(async (dataDir) => {
    const options: ClusterOptions = { dataDir, nodes: 1, trailingEntries: 0 };
    let index = 0;
    let hash = '';
    await withCluster('snapshot', options, async (cluster) => {
      await registerBrokers(cluster.store(), 5);
      ({ index } = await cluster.node(1).takeSnapshot());
      assert.ok(index >= 5, `snapshot at ${index}`);
      await eventually(
        async () => (await cluster.node(1).status()).snapshotIndex === index,
        'the node knows the snapshot',
      );
      await registerBrokers(cluster.store(), 2, 6);
      hash = await equalState(cluster);
    });
    assert.is(readdirSync(join(dataDir, 'node-1')).filter((name) => name.startsWith('snapshot-')).length, 1);
    await withCluster('restored', options, async (cluster) => {
      assert.is((await cluster.node(1).status()).snapshotIndex, index);
      assert.is(await equalState(cluster), hash);
    });
  }));

test('a folder in use is DataDirInUse, to a second cluster of this process as well', () =>
  withDataDir((dataDir) =>
    withCluster('owner', { dataDir, nodes: 1 }, async (cluster) => {
      assert.is(await codeOf(startCluster({ dataDir })), 'DataDirInUse');
      await registerBrokers(cluster.store(), 1);
    }),
  ));

test('options that contradict what is stored are InvalidArgument, and change nothing', () =>
  withDataDir(async (dataDir) => {
    await withCluster('metadata', { dataDir, nodes: 1 }, (cluster) => registerBrokers(cluster.store(), 1));
    for (const wrong of [{ nodes: 3 }, { stateMachine: counter }, { stateMachine: nameless }] as const) {
      assert.is(await codeOf(startCluster({ dataDir, ...wrong })), 'InvalidArgument', JSON.stringify(wrong));
    }
    assert.is(await codeOf(startCluster({ dataDir, durability: 'memory' })), 'InvalidArgument');
    assert.equal(nodeFolders(dataDir), ['node-1']);
    await withCluster('metadata again', { dataDir, nodes: 1 }, async (cluster) => {
      assert.is((await cluster.store().listBrokers()).length, 1);
    });
  }));

test('a state machine of your own is known by its name, and goes on where it ended', () =>
  withDataDir(async (dataDir) => {
    const options = { dataDir, stateMachine: counter };
    await withCluster('counter', options, async (cluster) => {
      assert.is((await cluster.propose(new Uint8Array([5]))).result, 5);
    });
    await withCluster('counter again', options, async (cluster) => {
      assert.is((await cluster.propose(new Uint8Array([2]))).result, 7);
    });
    assert.is(await codeOf(startCluster({ dataDir })), 'InvalidArgument');
  }));

test('a write repeated with its request id after a whole restart has one effect and the first answer', () =>
  withDataDir(async (dataDir) => {
    const options = { dataDir, stateMachine: counter };
    const once = { requestId: 'once' };
    let first: unknown = null;
    await withCluster('first', options, async (cluster) => {
      first = await cluster.propose(new Uint8Array([5]), once);
    });
    await withCluster('second', options, async (cluster) => {
      assert.equal(await cluster.propose(new Uint8Array([5]), once), first);
      assert.is(await cluster.query(new Uint8Array()), 5);
    });
  }));

test('an aborted start lets the folder go', () =>
  withDataDir(async (dataDir) => {
    const abort = new AbortController();
    const starting = codeOf(startCluster({ dataDir, signal: abort.signal }));
    abort.abort();
    assert.is(await starting, 'Aborted');
    await withCluster('after it', { dataDir }, (cluster) => registerBrokers(cluster.store(), 1));
  }));

test('each node has its own files open, however often it was killed, and none after a stop', () =>
  withDataDir(async (dataDir) => {
    await withCluster('files', { dataDir }, async (cluster) => {
      await cluster.waitForHealthy();
      const open = openFilesIn(dataDir);
      assert.ok(open.length > 0 || process.platform !== 'linux');
      for (let cycle = 0; cycle < 5; cycle += 1) {
        await cluster.node(2).kill();
        await cluster.node(2).restart();
      }
      await eventually(() => String(openFilesIn(dataDir)) === String(open), `${open.join()} open again`);
    });
    await eventually(() => openFilesIn(dataDir).length === 0, 'no file open');
  }));

test.run();
