/**
 * Nodes whose files are damaged or gone: they refuse, are wiped, and come back; what cannot come back is said at once.
 */
import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError, startCluster, type Cluster } from '../../src/index.js';
import { codeOf, equalState, registerBrokers, withCluster } from '../support/clusters.js';
import { damageLog, incarnationOf, withDataDir } from '../support/data-dirs.js';

const test = suite('damaged data folder');

async function errorOf(promise: Promise<unknown>): Promise<ClusterError> {
  const error: unknown = await promise.then(
    () => new Error('it resolved'),
    (reason: unknown) => reason,
  );
  if (error instanceof ClusterError) return error;
  throw error;
}

async function stopReasons(cluster: Cluster): Promise<(string | undefined)[]> {
  return (await cluster.status()).nodes.map(({ stopReason }) => stopReason);
}

/** A stopped cluster of three with three brokers in it. */
async function filled(dataDir: string): Promise<void> {
  await withCluster('filling', { dataDir, nodes: 3 }, async (cluster) => {
    await registerBrokers(cluster.store(), 3);
    await equalState(cluster);
  });
}

test('a damaged node refuses to restart, by file and offset; wiped, it comes back as somebody new', () =>
  withDataDir((dataDir) =>
    withCluster('damaged', { dataDir }, async (cluster) => {
      const store = cluster.store();
      await registerBrokers(store, 3);
      await cluster.waitForHealthy();
      const before = incarnationOf(dataDir, 2);
      await cluster.node(2).kill();
      const file = damageLog(dataDir, 2);
      for (const attempt of [1, 2]) {
        const { code, message, details } = await errorOf(cluster.node(2).restart());
        assert.equal([code, details['file'], details['offset']], ['CorruptLog', file, 0], `attempt ${attempt}`);
        assert.match(message, file);
      }
      assert.equal(await stopReasons(cluster), [undefined, 'CorruptLog', undefined]);
      assert.match((await cluster.status()).problems.join(), file);
      await store.registerBroker({ id: 9, addr: 'h:9' });
      await cluster.node(2).restart({ wipe: true });
      await cluster.waitForHealthy({ timeoutMs: 10_000 });
      await equalState(cluster);
      assert.is.not(incarnationOf(dataDir, 2), before);
    }),
  ));

test('a disk that fails is StorageFailed, the others go on, and the node is itself again when the disk is', () =>
  withDataDir((dataDir) =>
    withCluster('failing', { dataDir }, async (cluster) => {
      await cluster.waitForHealthy();
      await cluster.node(3).kill();
      const log = join(dataDir, 'node-3', 'log-00000001');
      renameSync(log, `${log}.aside`);
      mkdirSync(log);
      assert.is(await codeOf(cluster.node(3).restart()), 'StorageFailed');
      assert.equal(await stopReasons(cluster), [undefined, undefined, 'StorageFailed']);
      await registerBrokers(cluster.store(), 1);
      rmSync(log, { recursive: true });
      renameSync(`${log}.aside`, log);
      await cluster.node(3).restart();
      await cluster.waitForHealthy();
      await equalState(cluster);
    }),
  ));

test('a start goes on without a damaged node, and that one can be wiped', () =>
  withDataDir(async (dataDir) => {
    await filled(dataDir);
    damageLog(dataDir, 1);
    await withCluster('two of three', { dataDir }, async (cluster) => {
      assert.equal(await stopReasons(cluster), ['CorruptLog', undefined, undefined]);
      await registerBrokers(cluster.store(), 1, 4);
      await cluster.node(1).restart({ wipe: true });
      await cluster.waitForHealthy({ timeoutMs: 10_000 });
      await equalState(cluster);
    });
  }));

test('a start without a majority is the CorruptLog of those that refuse, changes nothing and lets the folder go', () =>
  withDataDir(async (dataDir) => {
    await filled(dataDir);
    const intact = join(dataDir, 'intact');
    cpSync(join(dataDir, 'node-1'), intact, { recursive: true });
    const files = [damageLog(dataDir, 1), damageLog(dataDir, 2)];
    for (const attempt of [1, 2]) {
      const { code, details } = await errorOf(startCluster({ dataDir }));
      assert.is(code, 'CorruptLog', `attempt ${attempt}`);
      assert.ok(files.includes(String(details['file'])));
    }
    rmSync(join(dataDir, 'node-1'), { recursive: true });
    cpSync(intact, join(dataDir, 'node-1'), { recursive: true });
    await withCluster('one repaired', { dataDir }, async (cluster) => {
      assert.is((await cluster.store().listBrokers()).length, 3);
    });
  }));

test('a damaged identity is refused like a damaged log', () =>
  withDataDir(async (dataDir) => {
    await filled(dataDir);
    cpSync(join(dataDir, 'node-2', 'identity.json'), join(dataDir, 'node-1', 'identity.json'));
    await withCluster('identity', { dataDir }, async (cluster) => {
      assert.is(await codeOf(cluster.node(1).restart()), 'CorruptLog');
      await cluster.node(1).restart({ wipe: true });
      await cluster.waitForHealthy({ timeoutMs: 10_000 });
    });
  }));

test('a log that is gone although the node has an identity is damage', () =>
  withDataDir(async (dataDir) => {
    await filled(dataDir);
    rmSync(join(dataDir, 'node-3', 'log-00000001'));
    await withCluster('no log', { dataDir }, async (cluster) => {
      assert.equal(await stopReasons(cluster), [undefined, undefined, 'CorruptLog']);
    });
  }));

test('a node whose folder is gone comes back by itself, as a new member that is filled and promoted', () =>
  withDataDir(async (dataDir) => {
    await filled(dataDir);
    const before = incarnationOf(dataDir, 2);
    rmSync(join(dataDir, 'node-2'), { recursive: true });
    await withCluster('wiped', { dataDir }, async (cluster) => {
      await cluster.waitForHealthy({ timeoutMs: 10_000 });
      await equalState(cluster);
      assert.is.not(incarnationOf(dataDir, 2), before);
    });
    await withCluster('again', { dataDir }, async (cluster) => {
      await cluster.node(1).kill();
      assert.is((await cluster.store().listBrokers()).length, 3, 'the new member is half of the majority');
    });
  }));

test('a majority of folders gone is a permanent NoLeader at once, for a start and for a cluster that runs', () =>
  withDataDir(async (dataDir) => {
    await withCluster('wiped while it runs', { dataDir, nodes: 3 }, async (cluster) => {
      const store = cluster.store();
      await registerBrokers(store, 1);
      for (const id of [1, 2]) await cluster.node(id).kill();
      for (const id of [1, 2]) await cluster.node(id).restart({ wipe: true });
      const { code, details } = await errorOf(store.listBrokers({ timeoutMs: 20_000 }));
      assert.equal([code, details['permanent']], ['NoLeader', true]);
    });
    rmSync(join(dataDir, 'node-3'), { recursive: true });
    const { code, details } = await errorOf(startCluster({ dataDir }));
    assert.equal([code, details['permanent']], ['NoLeader', true]);
  }));

test('logs without a cluster.json are not started over', () =>
  withDataDir(async (dataDir) => {
    await filled(dataDir);
    rmSync(join(dataDir, 'cluster.json'));
    const { code, details } = await errorOf(startCluster({ dataDir }));
    assert.equal([code, details['file']], ['CorruptLog', join(dataDir, 'cluster.json')]);
  }));

test.run();
