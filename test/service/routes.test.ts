/** Every route of the service through real HTTP: what it answers when all is well, and one refusal of each. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { ClusterError, startCluster, type Cluster } from '../../src/index.js';
import { errorBody } from '../../src/service/error-response.js';
import { startService, type Service } from '../../src/service/service.js';
import { eventually } from '../support/deadline.js';
import { ask, codeIn, type Answer } from '../support/service.js';

const test = suite('routes of the service');

let cluster: Cluster;
let service: Service;
test.before(async () => {
  cluster = await startCluster({ nodes: 3 });
  service = await startService(cluster, { host: '127.0.0.1', port: 0, token: null, readOnly: false, version: '1.2.3' });
});
test.after(async () => {
  await service.close();
  await cluster.stop();
});

async function get<T>(path: string): Promise<T> {
  return (await expectStatus(200, `GET ${path}`)).body as T;
}

async function expectStatus(status: number, call: string, body?: unknown): Promise<Answer> {
  const answer = await ask(service, call, body === undefined ? {} : { body });
  assert.is(answer.status, status, `${call}: ${answer.text}`);
  return answer;
}

async function expectError(status: number, code: string, call: string, body?: unknown): Promise<void> {
  const answer = await expectStatus(status, call, body);
  assert.is(codeIn(answer), code, answer.text);
  assert.not.match(answer.text, /\.[jt]s:\d+/, 'no stack trace');
}

test('live and ready, as plain text', async () => {
  assert.is((await expectStatus(200, 'GET /livez')).text, 'ok');
  assert.is((await expectStatus(200, 'GET /readyz')).text, 'ok');
});

test('status and health', async () => {
  const { status, ...rest } = await get<{ status: { nodes: unknown[] }; upMs: number }>('/v1/status');
  assert.equal({ ...rest, upMs: 0 }, { version: '1.2.3', upMs: 0, readOnly: false });
  assert.is(status.nodes.length, 3);
  const health = await get<Record<string, unknown>>('/v1/health');
  assert.equal(Object.keys(health).sort(), ['healthy', 'leader', 'metadata', 'reasons']);
  assert.type(health['leader'], 'number');
});

test('brokers: register, look, change, drain, unregister', async () => {
  for (const id of [1, 2, 3, 4]) {
    const { body } = await expectStatus(201, 'POST /v1/brokers', {
      id,
      addr: `127.0.0.1:${9091 + id}`,
      rack: `r${id}`,
    });
    assert.is((body as { id: number }).id, id);
  }
  await expectError(409, 'BrokerExists', 'POST /v1/brokers', { id: 1, addr: '127.0.0.1:1' });
  await expectError(400, 'InvalidArgument', 'POST /v1/brokers', { id: 'one' });
  assert.is((await get<unknown[]>('/v1/brokers')).length, 4);
  assert.is((await get<{ rack: string }>('/v1/brokers/2')).rack, 'r2');
  await expectError(404, 'BrokerNotFound', 'GET /v1/brokers/99');
  await expectError(400, 'InvalidArgument', 'GET /v1/brokers/one');
  const { body } = await expectStatus(200, 'PATCH /v1/brokers/4', { rack: 'other' });
  assert.is((body as { rack: string }).rack, 'other');
  await expectError(404, 'BrokerNotFound', 'PATCH /v1/brokers/99', { rack: 'other' });
  const drained = await expectStatus(200, 'POST /v1/brokers/4/drain');
  assert.is((drained.body as { status: string }).status, 'draining');
  await expectError(404, 'BrokerNotFound', 'POST /v1/brokers/99/drain');
  assert.is((await expectStatus(204, 'DELETE /v1/brokers/4')).text, '');
  await expectError(404, 'BrokerNotFound', 'DELETE /v1/brokers/4');
});

test('topics: create, look, settings, partitions, delete', async () => {
  const orders = { name: 'orders', partitions: 2, replicationFactor: 2, config: { retentionMs: 1_000 } };
  const { body } = await expectStatus(201, 'POST /v1/topics', orders);
  assert.is((body as { numPartitions: number }).numPartitions, 2);
  await expectError(409, 'TopicExists', 'POST /v1/topics', orders);
  await expectError(409, 'NotEnoughBrokers', 'POST /v1/topics', { ...orders, name: 'wide', replicationFactor: 9 });
  await expectError(400, 'InvalidArgument', 'POST /v1/topics');
  assert.equal(
    (await get<{ name: string }[]>('/v1/topics')).map(({ name }) => name),
    ['orders'],
  );
  const described = await get<{ topic: { name: string }; partitions: unknown[] }>('/v1/topics/orders');
  assert.equal([described.topic.name, described.partitions.length], ['orders', 2]);
  await expectError(404, 'TopicNotFound', 'GET /v1/topics/absent');

  const changes = [{ key: 'retention.ms', op: 'set', value: '2000' }];
  const retention = ({ body: info }: Answer): number =>
    (info as { config: { retentionMs: number } }).config.retentionMs;
  const path = 'PATCH /v1/topics/orders/configs';
  assert.is(retention(await expectStatus(200, path, { changes, validateOnly: true })), 2_000);
  assert.is(
    (await get<{ topic: { config: { retentionMs: number } } }>('/v1/topics/orders')).topic.config.retentionMs,
    1_000,
  );
  assert.is(retention(await expectStatus(200, path, { changes })), 2_000);
  await expectError(400, 'InvalidArgument', path, { changes: 'all' });
  await expectError(404, 'TopicNotFound', 'PATCH /v1/topics/absent/configs', { changes });

  const added = await expectStatus(200, 'POST /v1/topics/orders/partitions', { total: 12 });
  assert.is((added.body as unknown[]).length, 10);
  await expectError(400, 'InvalidArgument', 'POST /v1/topics/orders/partitions', { total: 1 });

  await expectStatus(201, 'POST /v1/topics', { name: 'brief', partitions: 1, replicationFactor: 1 });
  await expectStatus(204, 'DELETE /v1/topics/brief');
  await expectError(404, 'TopicNotFound', 'DELETE /v1/topics/brief');
});

test('partitions of one topic, or of all in order; elections; reassignments', async () => {
  const all = await get<{ topic: string; partition: number }[]>('/v1/partitions');
  assert.equal(
    all.map(({ topic, partition }) => `${topic}:${partition}`),
    Array.from({ length: 12 }, (_, partition) => `orders:${partition}`),
  );
  assert.is((await get<unknown[]>('/v1/partitions?topic=orders')).length, 12);
  await expectError(404, 'TopicNotFound', 'GET /v1/partitions?topic=absent');

  assert.equal((await expectStatus(200, 'POST /v1/elections', { kind: 'preferred' })).body, []);
  await expectError(400, 'InvalidArgument', 'POST /v1/elections', { kind: 'any' });

  await expectStatus(201, 'POST /v1/topics', {
    name: 'placed',
    partitions: 1,
    replicationFactor: 2,
    assignment: 'none',
  });
  const partitions = [{ topic: 'placed', partition: 0, replicas: [3, 1], isr: [1], leader: 1 }];
  const [placed] = (await expectStatus(201, 'POST /v1/partitions', { partitions })).body as { isr: number[] }[];
  assert.equal(placed?.isr, [1]);
  await expectError(409, 'PartitionExists', 'POST /v1/partitions', { partitions });
  await expectStatus(204, 'DELETE /v1/topics/placed');

  const change = (replicas: unknown): object => ({ changes: [{ topic: 'orders', partition: 0, replicas }] });
  assert.is(((await expectStatus(200, 'POST /v1/reassignments', change([3, 2]))).body as unknown[]).length, 1);
  assert.type(await get<unknown[]>('/v1/reassignments'), 'object');
  await expectError(400, 'InvalidAssignment', 'POST /v1/reassignments', change([99]));
});

test('metadata and balance', async () => {
  const metadata = await get<{ brokers: object; topics: object; partitions: object }>('/v1/metadata');
  assert.equal(
    [metadata.brokers, metadata.topics, metadata.partitions].map((kind) => Object.keys(kind).length),
    [3, 1, 12],
  );
  assert.is((await get<{ brokers: unknown[] }>('/v1/balance')).brokers.length, 3);
});

test('groups: list, look, delete', async () => {
  const offsets = [{ topic: 'orders', partition: 1, offset: 7 }];
  await cluster.store().groups.commitOffsets({ groupId: 'billing/eu', offsets });
  assert.equal(
    (await get<{ groupId: string }[]>('/v1/groups')).map(({ groupId }) => groupId),
    ['billing/eu'],
  );
  const described = await get<{ group: { groupId: string }; offsets: { offset: number }[] }>('/v1/groups/billing%2Feu');
  assert.equal([described.group.groupId, described.offsets[0]?.offset], ['billing/eu', 7]);
  await expectError(404, 'GroupNotFound', 'GET /v1/groups/absent');
  await expectStatus(204, 'DELETE /v1/groups/billing%2Feu');
  await expectError(404, 'GroupNotFound', 'DELETE /v1/groups/billing%2Feu');
});

interface Node {
  id: number;
  role: string;
  paused: boolean;
}

async function follower(): Promise<number> {
  const { leader } = await get<{ leader: number }>('/v1/health');
  return must(
    [1, 2, 3].find((id) => id !== leader),
    'three nodes have two followers',
  );
}

const healthy = (): Promise<unknown> => cluster.waitForHealthy({ timeoutMs: 20_000 });

test('nodes: kill, restart, stop, pause, resume, snapshot, dump, transfer', async () => {
  assert.is((await get<Node[]>('/v1/nodes')).length, 3);
  const id = await follower();
  const deed = async (name: string, body?: unknown): Promise<Node> =>
    (await expectStatus(200, `POST /v1/nodes/${id}/${name}`, body)).body as Node;
  assert.is((await deed('kill')).role, 'stopped');
  await expectError(503, 'Stopped', `GET /v1/nodes/${id}/dump`);
  assert.is((await deed('restart', { wipe: true })).id, id);
  await expectError(400, 'InvalidArgument', `POST /v1/nodes/${id}/restart`);
  await healthy();
  assert.is((await deed('pause')).paused, true);
  assert.is((await deed('resume')).paused, false);
  await healthy();
  const { body } = await expectStatus(200, `POST /v1/nodes/${id}/snapshot`);
  assert.ok((body as { index: number }).index > 0);
  const dump = await get<{ state: unknown; stateHash: string }>(`/v1/nodes/${id}/dump`);
  assert.type(dump.state, 'object');
  const bare = await get<{ state?: unknown; stateHash: string }>(`/v1/nodes/${id}/dump?state=false`);
  assert.equal([bare.state, bare.stateHash], [undefined, dump.stateHash]);
  await expectError(400, 'InvalidArgument', `GET /v1/nodes/${id}/dump?state=maybe`);
  await expectStatus(200, `POST /v1/nodes/${id}/transfer`);
  assert.is((await get<{ leader: number }>('/v1/health')).leader, id);
  assert.is((await deed('stop')).role, 'stopped');
  await deed('restart');
  await healthy();
  for (const name of ['kill', 'stop', 'pause', 'resume', 'transfer', 'restart', 'snapshot']) {
    await expectError(404, 'NodeNotFound', `POST /v1/nodes/77/${name}`);
  }
});

test('nodes: add one, remove it', async () => {
  const { body } = await expectStatus(201, 'POST /v1/nodes');
  const { id } = body as Node;
  assert.is((await get<Node[]>('/v1/nodes')).length, 4);
  await expectStatus(204, `DELETE /v1/nodes/${id}`);
  await expectError(404, 'NodeNotFound', `DELETE /v1/nodes/${id}`);
  await healthy();
});

test('links: cut, one way too, faults, heal; groups, and all healed', async () => {
  const state = (answer: Answer): string => (answer.body as { state: string }).state;
  assert.is((await get<unknown[]>('/v1/links')).length, 3);
  assert.is(state(await expectStatus(200, 'POST /v1/links/1/2/cut')), 'cut');
  await expectStatus(200, 'POST /v1/links/1/2/heal');
  await eventually(async () => (await cluster.link(1, 2).status()).state === 'connected', 'the link is back');
  await expectStatus(200, 'POST /v1/links/2/1/cut', { from: 1 });
  await expectStatus(200, 'POST /v1/links/1/2/heal');
  await expectStatus(200, 'POST /v1/links/1/3/faults', { delayMs: 1, from: 3 });
  await expectError(400, 'InvalidArgument', 'POST /v1/links/1/3/faults', { dropRate: 7 });
  await expectError(400, 'InvalidArgument', 'POST /v1/links/1/1/cut');
  await expectError(404, 'NodeNotFound', 'POST /v1/links/1/77/cut');
  const { body } = await expectStatus(200, 'POST /v1/partition', { groups: [[1], [2, 3]] });
  assert.is((body as { state: string }[]).filter((link) => link.state === 'cut').length, 2);
  await expectError(400, 'InvalidArgument', 'POST /v1/partition', { groups: [[1], [1]] });
  await expectError(404, 'NodeNotFound', 'POST /v1/partition', { groups: [['1']] });
  assert.is(((await expectStatus(200, 'POST /v1/heal')).body as unknown[]).length, 3);
  await healthy();
});

test('an unknown path is 404; a known one with another method 405, and it says which', async () => {
  await expectError(404, 'NotFound', 'GET /v1/nothing');
  await expectError(404, 'NotFound', 'GET /v1/topics/');
  await expectError(405, 'MethodNotAllowed', 'PUT /v1/topics');
  const { headers } = await expectStatus(405, 'DELETE /v1/status');
  assert.is(headers.allow, 'GET, HEAD');
  assert.is((await expectStatus(200, 'HEAD /v1/status')).text, '');
});

test('without a leader: not ready, and the reason; writes are 503 or 504', async () => {
  await expectStatus(200, 'POST /v1/partition', { groups: [[1], [2], [3]] });
  const told = await eventually(async () => {
    const { status, text } = await ask(service, 'GET /readyz');
    return status === 503 ? text : '';
  }, 'not ready');
  assert.match(told, /^no leader; link 1-2 is cut/);
  assert.is((await expectStatus(200, 'GET /livez')).text, 'ok');
  const { status } = await ask(service, 'POST /v1/brokers', { body: { id: 50, addr: '127.0.0.1:1' } });
  assert.ok(status === 503 || status === 504, `status ${status}`);
  await expectStatus(200, 'POST /v1/heal');
  await healthy();
  await expectStatus(200, 'GET /readyz');
});

test('an error that nobody expected tells nothing of itself', () => {
  assert.equal(errorBody(new TypeError('secret')), {
    error: { code: 'Internal', message: 'something went wrong inside the service', retryable: false, details: {} },
  });
  const { error } = errorBody(new ClusterError('Overloaded', 'full', { waiting: 3 }));
  assert.equal(error, { code: 'Overloaded', message: 'full', retryable: true, details: { waiting: 3 } });
});

test.run();
