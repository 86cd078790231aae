/** States that move between a data folder and a prefix of a real etcd: all of them or nothing, and used afterwards. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import {
  connectStore,
  migrateFromEtcd,
  migrateToEtcd,
  startCluster,
  type ConnectedStore,
  type ConnectOptions,
  type EtcdPlace,
  type MetadataStore,
  type TopicInfo,
} from '../../src/index.js';
import { put, type Txn } from '../../src/engine/etcd/kv.js';
import { encodeHead, keys } from '../../src/engine/etcd/layout.js';
import { resolveAccess } from '../../src/engine/connect-options.js';
import { withEtcdKeys, type EtcdKeys } from '../../src/migration/etcd-keys.js';
import { importState } from '../../src/migration/import-state.js';
import { readStateInEtcd } from '../../src/migration/state-in-etcd.js';
import { codeOf, equalState, registerBrokers, withCluster } from '../support/clusters.js';
import { withDataDir } from '../support/data-dirs.js';
import { eventually, withDeadline } from '../support/deadline.js';
import type { EtcdCluster } from '../support/etcd-cluster.js';
import { onEtcd } from '../support/stores-in-etcd.js';

const test = suite('migrate');
const withEtcd = onEtcd(test, 'moving a state to etcd and back', { size: 1 });

const patient = { brokerSessionTimeoutMs: 600_000 };
const shape = { partitions: 2, replicationFactor: 2 };

/** By a request id of its own, so that the same call again is the same write. */
const create = (store: MetadataStore, name: string): Promise<TopicInfo> =>
  store.createTopic(name, shape, { requestId: `create ${name}` });

/** Answers the hash of what all its nodes hold. */
async function fill(dataDir: string, topics: readonly string[]): Promise<string> {
  return withCluster('filling', { ...patient, dataDir, nodes: 3, durability: 'os' }, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 3);
    for (const name of topics) await create(store, name);
    return equalState(cluster);
  });
}

async function withStore<T>(
  place: EtcdPlace,
  options: Partial<ConnectOptions>,
  body: (store: ConnectedStore) => Promise<T>,
): Promise<T> {
  const store = await connectStore({ engine: 'etcd', ...place, ...patient, ...options });
  try {
    return await withDeadline('use of the store', 30_000, body(store));
  } finally {
    await store.close();
  }
}

const at = ({ endpoints }: EtcdCluster, prefix: string): EtcdPlace => ({ endpoints, prefix });

const onKeys = <T>(place: EtcdPlace, work: (etcd: EtcdKeys) => Promise<T>): Promise<T> =>
  withEtcdKeys(resolveAccess({ ...place }), work);

const everything: Txn = { compare: [], then: [{ kind: 'get', key: '', to: '\u{10ffff}' }], else: [] };

async function keysAt(place: EtcdPlace): Promise<string[]> {
  const { found } = await onKeys(place, (etcd) => etcd.txn(everything));
  return must(found[0], 'a range').map(({ key }) => key);
}

withEtcd('to etcd and back: one hash, what was written is known, and each goes on', (etcd) =>
  withDataDir((dataDir) =>
    withDataDir(async (parent) => {
      const place = at(etcd, '/round');
      const stateHash = await fill(dataDir, ['orders', 'audit']);
      const there = await migrateToEtcd(dataDir, place);
      assert.equal([there.equal, there.source, there.source.stateHash], [true, there.target, stateHash]);
      assert.equal([there.target.topics, there.target.requestIds], [2, 2]);
      const inEtcd = await withStore(place, {}, async (store) => {
        const known = await create(store, 'orders');
        assert.is(known.name, 'orders', 'the same write as before the move');
        assert.is(await codeOf(store.createTopic('orders', shape)), 'TopicExists');
        await create(store, 'payments');
        return store.dump({ state: false });
      });
      const backDir = `${parent}/back`;
      const back = await migrateFromEtcd(place, backDir, { nodes: 1 });
      assert.equal([back.equal, back.source.stateHash], [true, inEtcd.stateHash]);
      await withCluster('goes on', { ...patient, dataDir: backDir }, async (cluster) => {
        assert.equal(cluster.nodeIds, [1]);
        const store = cluster.store();
        for (const name of ['orders', 'payments']) assert.is((await create(store, name)).name, name);
        await create(store, 'returns');
        assert.is((await store.listTopics()).length, 4);
      });
    }),
  ),
);

withEtcd('a log that was trimmed: from its snapshot and what is behind it', (etcd) =>
  withDataDir(async (parent) => {
    const place = at(etcd, '/trimmed');
    const dump = await withStore(place, { snapshotEntries: 10, trailingEntries: 0 }, async (store) => {
      await registerBrokers(store, 3);
      for (let count = 0; count < 40; count += 1) await create(store, `topic-${count}`);
      await eventually(async () => (await store.status()).snapshotIndex > 0, 'a snapshot in etcd');
      await create(store, 'last');
      return store.dump({ state: false });
    });
    const { source, target, equal, controller } = await migrateFromEtcd(place, `${parent}/new`);
    assert.equal([equal, controller], [true, null], 'nobody uses it any more');
    assert.equal([source.stateHash, target.topics], [dump.stateHash, 41]);
  }),
);

withEtcd('a source in use is read as of one moment, and its controller is told', (etcd) =>
  withDataDir(async (parent) => {
    const place = at(etcd, '/in-use');
    await withStore(place, {}, async (store) => {
      await registerBrokers(store, 3);
      const { controller, equal } = await migrateFromEtcd(place, `${parent}/new`);
      assert.equal([controller, equal], [(await store.status()).writer, true]);
    });
  }),
);

withEtcd('a target that is not empty is refused, and stays as it was', (etcd) =>
  withDataDir(async (dataDir) => {
    await fill(dataDir, ['orders']);
    const place = at(etcd, '/taken');
    await migrateToEtcd(dataDir, place);
    const before = await keysAt(place);
    assert.is(await codeOf(migrateToEtcd(dataDir, place)), 'InvalidArgument');
    assert.equal(await keysAt(place), before);
    assert.is(await codeOf(migrateFromEtcd(place, dataDir)), 'InvalidArgument', 'a folder with a cluster');
    assert.is(await codeOf(migrateFromEtcd(at(etcd, '/nothing'), `${dataDir}/new`)), 'InvalidArgument');
    const foreign = at(etcd, '/foreign');
    await onKeys(foreign, (keyed) =>
      keyed.txn({ compare: [], then: [put('else', Buffer.from('something'))], else: [] }),
    );
    assert.is(await codeOf(migrateToEtcd(dataDir, foreign)), 'InvalidArgument');
    assert.equal(await keysAt(foreign), ['else']);
  }),
);

withEtcd('a folder in use, or without a cluster, is refused', (etcd) =>
  withDataDir(async (dataDir) => {
    const place = at(etcd, '/refused');
    assert.is(await codeOf(migrateToEtcd(`${dataDir}/none`, place)), 'InvalidArgument');
    const cluster = await startCluster({ dataDir, nodes: 1 });
    assert.is(await codeOf(migrateToEtcd(dataDir, place)), 'DataDirInUse');
    await cluster.stop();
    assert.equal(await keysAt(place), []);
  }),
);

/** A state as its bytes; any will do where nobody reads it. */
const state = { index: 7, term: 3, content: new Uint8Array(1_500_000).fill(1) };

withEtcd('what an import left that broke off is removed by the next', async (etcd) => {
  const place = at(etcd, '/left');
  await onKeys(place, async (keyed) => {
    const left = [put(keys.import, Buffer.from('{}')), put(`${keys.chunks}5/1`, Buffer.from('part'))];
    await keyed.txn({ compare: [], then: left, else: [] });
    await importState(keyed, state);
  });
  const number = (value: number): string => String(value).padStart(16, '0');
  const chunks = [0, 1, 2].map((chunk) => `${keys.chunks}${number(7)}/import/${number(chunk)}`);
  const found = (await keysAt(place)).map((key) => key.replace(/import [^/]+/, 'import'));
  assert.equal(found, [keys.head, keys.snapshot, ...chunks]);
});

/** The transaction that makes a log of it, with something else in its place. */
function instead(etcd: EtcdKeys, act: (last: Txn) => Promise<unknown>): EtcdKeys {
  return {
    prefix: etcd.prefix,
    async txn(txn) {
      const isLast = txn.then.some((operation) => operation.kind === 'put' && operation.key === keys.head);
      if (isLast) await act(txn);
      return etcd.txn(txn);
    },
  };
}

withEtcd('another log that begins meanwhile wins, and nothing of the import is left', async (etcd) => {
  const place = at(etcd, '/raced');
  const head = must(encodeHead({ index: 1, term: 1, batch: 'of another' }), 'a head');
  await onKeys(place, async (keyed) => {
    const raced = instead(keyed, () => keyed.txn({ compare: [], then: [put(keys.head, head)], else: [] }));
    assert.is(await codeOf(importState(raced, state)), 'InvalidArgument');
  });
  assert.ok(!(await keysAt(place)).includes(keys.snapshot));
});

withEtcd('another import that begins meanwhile wins, and the two are not mixed', async (etcd) => {
  const place = at(etcd, '/twice');
  const other = { index: 7, term: 3, content: new Uint8Array(1_500_000).fill(2) };
  await onKeys(place, async (keyed) => {
    const raced = instead(keyed, () => importState(keyed, other));
    assert.is(await codeOf(importState(raced, state)), 'InvalidArgument');
    const { found } = await keyed.txn(everything);
    const chunks = must(found[0], 'a range').filter(({ key }) => key.startsWith(keys.chunks));
    assert.ok(chunks.length === 3 && chunks.every(({ value }) => value[0] === 2));
  });
});

withEtcd('an answer that is lost is not taken for another log', (etcd) =>
  withDataDir(async (dataDir) => {
    await fill(dataDir, ['orders']);
    const place = at(etcd, '/lost');
    await onKeys(place, async (keyed) => {
      await importState(
        instead(keyed, (last) => keyed.txn(last)),
        state,
      );
      const { found } = await keyed.txn(everything);
      assert.is(must(found[0], 'a range').filter(({ key }) => key === keys.head).length, 1);
    });
    assert.is(await codeOf(onKeys(place, readStateInEtcd)), 'CorruptLog', 'these bytes are no state');
  }),
);

test.run();
