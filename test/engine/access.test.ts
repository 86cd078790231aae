/** Who may use etcd: TLS with certificates of both sides, and users of etcd with rights below the prefix alone. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { ClusterError, connectStore, type ConnectedStore, type ConnectOptions } from '../../src/index.js';
import { makeCertificates, opensslProgram, type Certificates } from '../support/certificates.js';
import { codeOf } from '../support/clusters.js';
import { eventually, withDeadline } from '../support/deadline.js';
import { etcdProgram, startEtcdCluster, type EtcdCluster } from '../support/etcd-cluster.js';
import { allowInEtcd, enableUsersInEtcd } from '../support/etcd-gateway.js';
import { optionsAt } from '../support/stores-in-etcd.js';

const test = suite('who may use etcd');
const etcdPath = etcdProgram('TLS and users of etcd');
const openssl = opensslProgram('TLS and users of etcd');

const topic = { partitions: 1, replicationFactor: 1, assignment: 'none' } as const;
const DEADLINE_MS = 1_500;
const patient = { timeoutMs: 20_000 };

let etcd: EtcdCluster;
let certificates: Certificates;
let otherCertificates: Certificates;
test.before(async () => {
  if (etcdPath === null || openssl === null) return;
  certificates = makeCertificates(openssl);
  otherCertificates = makeCertificates(openssl);
  etcd = await startEtcdCluster(etcdPath, { size: 1, tls: certificates });
});
test.after(async () => {
  if (etcdPath === null || openssl === null) return;
  await etcd[Symbol.asyncDispose]();
  certificates.remove();
  otherCertificates.remove();
});

const onEtcd = (name: string, body: () => Promise<void>): void => {
  if (etcdPath === null || openssl === null) test.skip(name);
  else test(name, body);
};

async function withStore(
  given: Partial<ConnectOptions>,
  body: (store: ConnectedStore) => Promise<void>,
): Promise<void> {
  const options = { proposalTimeoutMs: DEADLINE_MS, startTimeoutMs: 5_000, ...given };
  const store = await connectStore(optionsAt(etcd, 0, options));
  try {
    await withDeadline('a test of access', 40_000, body(store));
  } finally {
    await store.close();
  }
}

/** What a store that cannot be opened is refused with. */
async function refusalOf(given: Partial<ConnectOptions>): Promise<ClusterError> {
  const options = optionsAt(etcd, 0, { startTimeoutMs: 2_000, ...given });
  const [opened] = await withDeadline('a refusal', 20_000, Promise.allSettled([connectStore(options)]));
  if (opened.status === 'rejected' && opened.reason instanceof ClusterError) return opened.reason;
  if (opened.status === 'fulfilled') await opened.value.close();
  throw new Error(`no ClusterError: ${JSON.stringify(opened)}`);
}

/** With TLS. */
function secured({ caFile, certFile, keyFile }: Certificates): Partial<ConnectOptions> {
  return { endpoints: etcd.secureEndpoints, caFile, certFile, keyFile };
}

onEtcd('TLS: a store with a certificate of the authority; none without, and it is told why', async () => {
  await withStore({ ...secured(certificates), prefix: '/secured' }, async (store) => {
    await store.createTopic('orders', topic);
    assert.match((await store.status()).endpoint, 'https://');
  });
  const unsigned = await refusalOf({ ...secured(certificates), caFile: otherCertificates.caFile });
  assert.is(unsigned.code, 'NoLeader');
  assert.match(unsigned.message, 'certificate');
  const foreign = await refusalOf({ ...secured(otherCertificates), caFile: certificates.caFile });
  assert.is(foreign.code, 'NoLeader');
  const absent = await refusalOf({ ...secured(certificates), keyFile: `${certificates.keyFile}.absent` });
  assert.is(absent.code, 'InvalidArgument');
  assert.match(absent.message, '.absent cannot be read');
});

const user = { name: 'conclave', password: 'secret', prefix: '/mine/' };
const mine = { prefix: user.prefix, username: user.name, password: user.password };

onEtcd('users: rights below the prefix are enough; who has none is refused at once', async () => {
  const [endpoint = ''] = etcd.endpoints;
  await enableUsersInEtcd(endpoint, user);
  // The time for the start is longer than that for the refusal: it is not waited for.
  const atOnce = { startTimeoutMs: 30_000 };
  for (const wrong of [{ password: 'wrong' }, { username: 'nobody' }, { prefix: '/theirs' }]) {
    const error = await refusalOf({ ...mine, ...wrong, ...atOnce });
    assert.is(error.code, 'InvalidArgument', JSON.stringify(wrong));
    assert.match(error.message, /authentication failed|permission denied/);
  }
  assert.is((await refusalOf({ prefix: user.prefix, ...atOnce })).code, 'InvalidArgument');

  await withStore(mine, async (store) => {
    await store.createTopic('orders', topic);
    const { etcd: health, problem } = await store.status();
    assert.equal(['alarms' in health && health.alarms, problem], [[], null]);
    // Etcd forgets its tokens when it starts.
    const member = must(etcd.members[0], 'a member');
    await member.kill();
    await member.start();
    await store.createTopic('payments', topic, patient);
    assert.is((await store.listTopics()).length, 2);

    await allowInEtcd(endpoint, user.name, user.prefix, false);
    // What was on its way meanwhile gets no verdict; a write that has left by then may end as an unknown outcome.
    await eventually(async () => (await store.status()).problem?.code === 'InvalidArgument', 'the store to notice');
    assert.is(await codeOf(store.createTopic('refused', topic)), 'InvalidArgument');
    assert.is(await codeOf(store.listTopics()), 'InvalidArgument');
    await allowInEtcd(endpoint, user.name, user.prefix, true);
    await store.createTopic('refused', topic, patient);
    assert.is((await store.listTopics(patient)).length, 3);
    assert.is((await store.status()).problem, null);
  });
});

test.run();
