/**
 * Etcd that does not answer, a part of it or all, or takes no more: calls end by typed errors within their deadline,
 * and the store goes on by itself once etcd does.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError, connectStore, type ConnectedStore, type ConnectOptions } from '../../src/index.js';
import { codeOf } from '../support/clusters.js';
import { eventually, withDeadline } from '../support/deadline.js';
import type { EtcdCluster } from '../support/etcd-cluster.js';
import { deleteInEtcd, freeSpaceInEtcd, putInEtcd } from '../support/etcd-gateway.js';
import { onEtcd, optionsAt } from '../support/stores-in-etcd.js';

const outages = suite('etcd that does not answer');
const onThree = onEtcd(outages, 'etcd that does not answer');

const fullness = suite('etcd that is full, or was emptied');
const QUOTA_BYTES = 4 * 1024 * 1024;
const onFull = onEtcd(fullness, 'etcd that is full, or was emptied', {
  size: 1,
  settings: { 'quota-backend-bytes': String(QUOTA_BYTES) },
});

const topic = { partitions: 1, replicationFactor: 1, assignment: 'none' } as const;
/** Longer than what etcd has refused is left alone. */
const DEADLINE_MS = 1_500;
/** For calls that are to succeed once etcd is back. */
const patient = { timeoutMs: 20_000 };

async function withStore(
  etcd: EtcdCluster,
  prefix: string,
  body: (store: ConnectedStore) => Promise<void>,
  controllerTimeoutMs = 1_000,
): Promise<void> {
  const options: Partial<ConnectOptions> = { prefix, controllerTimeoutMs, proposalTimeoutMs: DEADLINE_MS };
  const store = await connectStore(optionsAt(etcd, 0, options));
  try {
    await withDeadline(prefix, 60_000, body(store));
  } finally {
    for (const member of etcd.members) member.resume();
    await store.close();
  }
}

/** One after another, so that each is an entry of its own. */
async function createTopics(store: ConnectedStore, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) await store.createTopic(`other-${number}`, topic);
}

/** Of a call that must end by itself. */
async function errorOf(call: Promise<unknown>): Promise<ClusterError> {
  const outcome = await withDeadline('a call to end by its deadline', 4 * DEADLINE_MS, Promise.allSettled([call]));
  const [result] = outcome;
  if (result.status === 'rejected' && result.reason instanceof ClusterError) return result.reason;
  throw new Error(`no ClusterError: ${JSON.stringify(result)}`);
}

/** The store knows that it can neither append nor confirm. */
async function notices(store: ConnectedStore): Promise<void> {
  await eventually(async () => !(await store.status()).joined, 'the store to notice');
}

/** A write that has left, and that nobody answers. Answers its request id. */
async function unknownWrite(store: ConnectedStore, name: string): Promise<string> {
  const error = await errorOf(store.createTopic(name, topic));
  assert.is(error.code, 'OutcomeUnknown');
  return String(error.details['requestId']);
}

/** It has one effect, whatever became of the first attempt. */
async function repeat(store: ConnectedStore, name: string, requestId: string): Promise<void> {
  const { index } = await store.query({ type: 'get_topic', name }, patient);
  const first = await store.createTopic(name, topic, { requestId, ...patient });
  const again = await store.createTopic(name, topic, { requestId, ...patient });
  assert.equal(again, first);
  assert.is(await codeOf(store.createTopic(name, topic, patient)), 'TopicExists');
  assert.ok(index > 0);
}

async function checkNothingGoes(store: ConnectedStore): Promise<void> {
  await notices(store);
  const calls = [store.createTopic('too-early', topic), store.listTopics(), store.groups.list()];
  const errors = await Promise.all(calls.map(errorOf));
  assert.equal(
    errors.map(({ code }) => code),
    ['NoLeader', 'NoLeader', 'NoLeader'],
  );
  const local = await store.listTopics({ consistency: 'local' });
  assert.equal(
    local.map(({ name }) => name),
    ['before'],
  );
}

onThree('all members hang: what has left is unknown, and is one write when it is repeated', (etcd) =>
  withStore(etcd, '/hang', async (store) => {
    await store.createTopic('before', topic);
    for (const member of etcd.members) member.pause();
    const requestId = await unknownWrite(store, 'unknown');
    await checkNothingGoes(store);
    for (const member of etcd.members) member.resume();
    await repeat(store, 'unknown', requestId);
    assert.is((await store.listTopics()).length, 2);
  }),
);

onThree('all members are killed: the store goes on by itself when they are back', (etcd) =>
  withStore(etcd, '/down', async (store) => {
    await store.createTopic('before', topic);
    for (const member of etcd.members) member.pause();
    const requestId = await unknownWrite(store, 'unknown');
    await Promise.all(etcd.members.map((member) => member.kill()));
    await checkNothingGoes(store);
    const { problem, etcd: health } = await store.status();
    assert.is(problem?.code, 'NoLeader');
    assert.ok('unknown' in health);
    await Promise.all(etcd.members.map((member) => member.start()));
    await repeat(store, 'unknown', requestId);
    assert.is((await store.status()).problem, null);
  }),
);

onThree('a majority is down: the one that is left can confirm nothing', (etcd) =>
  withStore(etcd, '/minority', async (store) => {
    await store.createTopic('before', topic);
    const { endpoint } = await store.status();
    const others = etcd.members.filter((member) => member.endpoint !== endpoint);
    await Promise.all(others.map((member) => member.kill()));
    const requestId = await unknownWrite(store, 'unknown');
    await checkNothingGoes(store);
    await Promise.all(others.map((member) => member.start()));
    await repeat(store, 'unknown', requestId);
  }),
);

/** A port that takes connections and says nothing. */
async function silentPort(): Promise<{ port: number; close(): void }> {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  return { port: (silent.address() as AddressInfo).port, close: () => silent.close() };
}

outages('nobody listens, or somebody who says nothing: connectStore rejects in its time', async () => {
  const [absent, silent] = await Promise.all([silentPort(), silentPort()]);
  absent.close();
  try {
    for (const { port } of [absent, silent]) {
      const endpoints = [`http://127.0.0.1:${port}`];
      const opening = connectStore({ engine: 'etcd', prefix: '/nobody', endpoints, startTimeoutMs: 1_000 });
      assert.is((await errorOf(opening)).code, 'NoLeader');
    }
  } finally {
    silent.close();
  }
});

outages.run();

onFull('writes end with StorageFailed, reads go on, and so do writes once there is space', (etcd) =>
  withStore(etcd, '/full', async (store) => {
    const [endpoint = ''] = etcd.endpoints;
    await store.createTopic('before', topic);
    const value = 'x'.repeat(256 * 1024);
    const isFull = async (): Promise<boolean> => {
      await putInEtcd(endpoint, '/filling', value).catch((error: unknown) => {
        assert.match(String(error), 'database space exceeded');
      });
      const { etcd: health } = await store.status();
      return 'alarms' in health && health.alarms.includes('NOSPACE');
    };
    await eventually(isFull, 'etcd to be full');
    for (const name of ['first', 'second']) {
      const error = await errorOf(store.createTopic(name, topic));
      assert.is(error.code, 'StorageFailed', error.message);
    }
    assert.is((await store.status()).problem?.code, 'StorageFailed');
    assert.equal(
      (await store.listTopics()).map(({ name }) => name),
      ['before'],
    );
    await freeSpaceInEtcd(endpoint);
    await store.createTopic('after', topic, patient);
    const { problem, etcd: health } = await store.status();
    assert.is(problem, null);
    assert.equal('alarms' in health && health.alarms, []);
  }),
);

onFull('a log that was deleted, or replaced, under a store: it ends, and says why', async (etcd) => {
  const [endpoint = ''] = etcd.endpoints;
  const endsOnce = (topicsOfOther: number) => async (store: ConnectedStore) => {
    await store.createTopic('before', topic);
    await deleteInEtcd(endpoint, '/deleted/');
    if (topicsOfOther > 0) await withStore(etcd, '/deleted', (other) => createTopics(other, topicsOfOther));
    await errorOf(store.createTopic('after', topic));
    await eventually(async () => (await codeOf(store.status())) === 'CorruptLog', 'the store to end as CorruptLog');
  };
  // Also by one that is longer by then than what the store has taken.
  for (const topicsOfOther of [0, 1, 10]) {
    // No sign of life is due meanwhile, so that nothing but the write finds out.
    await withStore(etcd, '/deleted', endsOnce(topicsOfOther), 60_000);
    await deleteInEtcd(endpoint, '/deleted/');
  }
});

fullness.run();
