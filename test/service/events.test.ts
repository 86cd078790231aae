/** Server-sent events through real HTTP: what is told, in which order, from where on, to whom, and until when. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import {
  startCluster,
  type Cluster,
  type ClusterEvent,
  type ClusterStatus,
  type WatchedChange,
} from '../../src/index.js';
import { withCluster } from '../support/clusters.js';
import { withDataDir } from '../support/data-dirs.js';
import { eventually, withDeadline } from '../support/deadline.js';
import { Events } from '../support/event-reader.js';
import { ask, codeIn, withService } from '../support/service.js';

const test = suite('events of the service');

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster({ nodes: 3 });
});
test.after(() => cluster.stop());

let nextBroker = 1;
/** Writes of their own, one after the other. */
async function registerBrokers(count: number): Promise<void> {
  const store = cluster.store();
  for (let made = 0; made < count; made += 1) {
    await store.registerBroker({ id: nextBroker, addr: `127.0.0.1:${nextBroker}` });
    nextBroker += 1;
  }
}

const keysOf = (changes: readonly WatchedChange[]): string[] =>
  changes.flatMap(({ events }) => events.map(({ key }) => key));

const keys = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, place) => String(from + place));

test('metadata: every change once, in order, without a gap; and from where a stream was lost', async () => {
  await withService(cluster, {}, async (service) => {
    const first = await Events.open(service);
    const from = nextBroker;
    await eventually(() => first.id !== '', 'an id before any event');
    await registerBrokers(20);
    await eventually(() => first.of('metadata').length === 20, 'twenty changes');
    const changes = first.of<WatchedChange>('metadata');
    assert.equal(keysOf(changes), keys(from, 20));
    const indexes = changes.map(({ index }) => index);
    assert.equal(
      indexes,
      [...new Set(indexes)].sort((a, b) => a - b),
    );
    const ids = first.told.filter(({ event }) => event === 'metadata').map(({ id }) => Number(id));
    assert.equal(ids, indexes, 'the id of a change is its index');
    first.close();

    await registerBrokers(5);
    const lastId = String(indexes[9]);
    const again = await Events.open(service, '?fromIndex=0', { 'Last-Event-ID': lastId });
    await registerBrokers(5);
    const byQuery = await Events.open(service, `?fromIndex=${lastId}`);
    for (const stream of [again, byQuery]) {
      await eventually(() => stream.of('metadata').length === 20, 'the rest of them');
      assert.equal(keysOf(stream.of('metadata')), keys(from + 10, 20));
      stream.close();
    }
  });
});

test('a stream that was lost before its first change goes on from where it began', async () => {
  await withService(cluster, {}, async (service) => {
    const first = await Events.open(service);
    await eventually(() => first.id !== '', 'an id before any event');
    assert.equal(first.of('metadata'), []);
    first.close();
    const from = nextBroker;
    await registerBrokers(1);
    const again = await Events.open(service, '', { 'Last-Event-ID': first.id });
    await eventually(() => again.of('metadata').length === 1, 'the change in between');
    assert.equal(keysOf(again.of('metadata')), keys(from, 1));
    again.close();
  });
});

test('status: at once, when it changes, and no more often than it may', async () => {
  await withService(cluster, {}, async (service) => {
    const stream = await Events.open(service, '?include=status,cluster');
    await eventually(() => stream.of('status').length > 0, 'a status');
    const { leader } = must(stream.of<ClusterStatus>('status')[0], 'the first status');
    const startedAtMs = performance.now();
    await registerBrokers(30);
    const follower = must(
      [1, 2, 3].find((id) => id !== leader),
      'a follower',
    );
    await cluster.node(follower).kill();
    const isDown = ({ nodes }: ClusterStatus): boolean => nodes.some(({ role }) => role === 'stopped');
    await eventually(() => stream.of<ClusterStatus>('status').some(isDown), 'the status of a dead node');
    await cluster.node(follower).restart();
    await cluster.waitForHealthy({ timeoutMs: 20_000 });
    await eventually(() => stream.of<ClusterStatus>('status').at(-1)?.healthy === true, 'healthy again');
    const statuses = stream.of<ClusterStatus>('status');
    assert.ok(statuses.length <= 2 + (performance.now() - startedAtMs) / 50, `${statuses.length} statuses`);
    const texts = statuses.map((status) => JSON.stringify(status));
    assert.not.ok(
      texts.some((text, place) => text === texts[place - 1]),
      'none twice in a row',
    );
    const kinds = new Set(stream.of<ClusterEvent>('cluster').map(({ kind }) => kind));
    assert.ok(kinds.has('node'), [...kinds].join());
    assert.equal(stream.of('metadata'), []);
    stream.close();
  });
});

test('what is asked for wrongly is refused before a stream begins', async () => {
  await withService(cluster, {}, async (service) => {
    const refused = async (query: string, headers = {}): Promise<void> => {
      const answer = await ask(service, `GET /v1/events${query}`, { headers });
      assert.equal([answer.status, codeIn(answer)], [400, 'InvalidArgument'], query);
    };
    for (const index of ['-1', '1.5', 'x', '9'.repeat(20), '']) await refused(`?fromIndex=${index}`);
    for (const names of ['everything', 'status,', '__proto__', '']) await refused(`?include=${names}`);
    await refused('', { 'Last-Event-ID': 'x' });
    assert.is((await ask(service, 'HEAD /v1/events')).status, 200);
  });
});

test('changes that are kept no longer: it says so, takes back the id, and ends', () =>
  withDataDir(async (dataDir) => {
    await withCluster('first run', { dataDir, nodes: 1, durability: 'os' }, async (stored) => {
      await stored.store().registerBroker({ id: 1, addr: '127.0.0.1:1' });
      await stored.node(1).takeSnapshot();
    });
    await withCluster('second run', { dataDir }, (stored) =>
      withService(stored, {}, async (service) => {
        const stream = await Events.open(service, '?fromIndex=1&include=metadata');
        await eventually(() => stream.ended, 'the end of the stream');
        const [failure] = stream.of<{ error: { code: string } }>('failure');
        assert.equal([failure?.error.code, stream.id, stream.of('metadata')], ['Compacted', '', []]);
      }),
    );
  }));

test('silence is broken by comments', async () => {
  await withService(cluster, { limits: { commentMs: 60 } }, async (service) => {
    const stream = await Events.open(service, '?include=metadata');
    await eventually(() => stream.comments >= 2, 'two comments');
    assert.equal(stream.told, []);
    stream.close();
  });
});

test('no more streams than there may be; one that ends makes room', async () => {
  await withService(cluster, { limits: { subscribers: 2 } }, async (service) => {
    const streams = [await Events.open(service), await Events.open(service)];
    const answer = await ask(service, 'GET /v1/events');
    assert.equal([answer.status, codeIn(answer)], [503, 'Overloaded']);
    streams[0]?.close();
    const next = await eventually(() => Events.open(service).catch(() => null), 'room for another');
    next?.close();
    streams[1]?.close();
  });
});

test('who does not read is ended, while the others are told on', async () => {
  await withService(cluster, { limits: { drainMs: 300 } }, async (service) => {
    const reader = await Events.open(service, '?include=metadata');
    const deaf = connect(Number(new URL(service.url).port), '127.0.0.1');
    deaf.on('error', () => undefined);
    deaf.write('GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(deaf, 'readable');
    const store = cluster.store();
    let written = 0;
    // Until no buffer between the two has room; then, what the service does not hold back it must have ended.
    const fill = async (): Promise<boolean> => {
      await store.createTopic(`wide-${written}`, { partitions: 2_000, replicationFactor: 1 });
      written += 1;
      return deaf.destroyed || (await isEnded(deaf));
    };
    await eventually(fill, 'the end of the stream that nobody reads', 30_000);
    await eventually(() => reader.of('metadata').length >= written, 'the reader has all');
    assert.not.ok(reader.ended);
    reader.close();
  });
});

/** Whether the other end has closed, without reading what it had sent before. */
function isEnded(socket: ReturnType<typeof connect>): Promise<boolean> {
  return new Promise((resolve) => {
    // A write into a connection that was reset fails.
    socket.write('\r\n', (error) => {
      resolve(error !== undefined && error !== null);
    });
  });
}

test('all streams end when the service closes, and it closes at once', async () => {
  let streams: Events[] = [];
  await withService(cluster, { limits: { closeMs: 60_000 } }, async (service) => {
    streams = await Promise.all(Array.from({ length: 10 }, () => Events.open(service)));
    await eventually(() => streams.every(({ told }) => told.length > 0), 'all are told something');
    await withDeadline('close', 5_000, service.close());
  });
  await eventually(() => streams.every(({ ended }) => ended), 'the end of all streams');
});

test.run();
