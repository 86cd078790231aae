/**
 * Watches of a cluster with real threads: nothing missed and nothing twice, whatever ends, and how a watch itself
 * ends.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ClusterError,
  type Cluster,
  type ClusterMetadata,
  type MetadataEvent,
  type MetadataStore,
  type WatchedChange,
} from '../../src/index.js';
import { equalState, leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';
import { withDataDir } from '../support/data-dirs.js';
import { heldBytes } from '../support/memory.js';
import { changeLeadersUntilStopped, writesGoOn } from '../support/writers.js';

/** Changes that are kept for a consumer that does not read. */
const UNREAD = 10_000;

const test = suite('watches of a cluster');

/** What is told by events alone; each must fit what was there before. */
class Followed {
  readonly records = new Map<string, unknown>();
  lastIndex = 0;

  take({ index, events }: WatchedChange): void {
    assert.ok(index > this.lastIndex, `${index} comes after ${this.lastIndex}`);
    this.lastIndex = index;
    assert.ok(events.length > 0);
    for (const event of events) this.#takeEvent(event);
  }

  #takeEvent({ kind, key, before, after }: MetadataEvent): void {
    const place = `${kind} ${key}`;
    assert.equal(this.records.get(place), before, `${place} is as it was told last`);
    if (after === undefined) this.records.delete(place);
    else this.records.set(place, after);
  }
}

/** The records of a state in the places that events name. */
function placesOf({ brokers, topics, partitions }: ClusterMetadata): Map<string, unknown> {
  const all = { broker: brokers, topic: topics, partition: partitions };
  return new Map(
    Object.entries(all).flatMap(([kind, records]) =>
      Object.entries(records).map(([key, record]): [string, unknown] => [`${kind} ${key}`, record]),
    ),
  );
}

/** Follows until the topic of that name is new. */
async function followTo(items: AsyncIterable<WatchedChange>, lastTopic: string): Promise<Followed> {
  const followed = new Followed();
  for await (const item of items) {
    followed.take(item);
    if (item.events.some(({ kind, key, before }) => kind === 'topic' && key === lastTopic && before === undefined))
      break;
  }
  return followed;
}

async function stateOf(cluster: Cluster): Promise<ClusterMetadata> {
  return (await (await cluster.waitForLeader()).dump()).state as ClusterMetadata;
}

async function endOf(items: AsyncIterable<WatchedChange>): Promise<{ read: number; error: unknown }> {
  let read = 0;
  try {
    for await (const item of items) read += item.events.length;
    return { read, error: null };
  } catch (error) {
    return { read, error };
  }
}

const createLast = (store: MetadataStore, name: string): Promise<unknown> =>
  store.createTopic(name, { partitions: 1, replicationFactor: 1 });

test('ten consumers, leaders killed under load: each is told every change once, in order', () =>
  withCluster(
    'ten consumers',
    {},
    async (cluster) => {
      const store = cluster.store();
      const following = Array.from({ length: 10 }, (_, at) =>
        followTo((at % 2 === 0 ? store : cluster.store()).watch(), 'last'),
      );
      const early = followTo(cluster.store({ node: 2 }).watch({ fromIndex: 0 }), 'first');
      await registerBrokers(store, 3);
      await createLast(store, 'first');
      const writers = await changeLeadersUntilStopped(store, 'busy', 16);
      for (let round = 0; round < 3; round += 1) {
        await writesGoOn(writers);
        const { leader } = await leaderAndFollowers(cluster);
        await cluster.node(leader).kill();
        await writesGoOn(writers);
        await cluster.node(leader).restart();
        await cluster.waitForHealthy({ timeoutMs: 15_000 });
      }
      await writers.stop();
      await createLast(store, 'last');
      const expected = placesOf(await stateOf(cluster));
      for (const { records } of await Promise.all(following)) assert.equal(records, expected);
      assert.is((await early).records.size, 5, 'three brokers, a topic and its partition');
    },
    60_000,
  ));

test('one that begins at an index is told all behind it, also by a node that has been restarted from its files', () =>
  withDataDir((dataDir) =>
    withCluster('resumed', { dataDir, durability: 'os' }, async (cluster) => {
      const store = cluster.store();
      await registerBrokers(store, 3);
      const { index } = await store.query({ type: 'list_brokers' });
      await createLast(store, 'a');
      await createLast(store, 'b');
      for (const id of cluster.nodeIds) {
        await cluster.node(id).kill();
        await cluster.node(id).restart();
        await cluster.waitForHealthy();
        const told: string[] = [];
        for await (const { events } of cluster.store({ node: id }).watch({ fromIndex: index })) {
          told.push(...events.map(({ kind, key }) => `${kind} ${key}`));
          if (told.includes('topic b')) break;
        }
        assert.equal(told, ['topic a', 'partition a:0', 'topic b', 'partition b:0']);
      }
    }),
  ));

test('what a snapshot has swallowed is Compacted after a restart, and behind it all is told', () =>
  withDataDir(async (dataDir) => {
    let before = 0;
    await withCluster('first run', { dataDir, durability: 'os' }, async (cluster) => {
      const store = cluster.store();
      await registerBrokers(store, 3);
      before = (await store.query({ type: 'list_brokers' })).index;
      await createLast(store, 'a');
      // One that has not applied it keeps it behind its snapshot, and could tell it.
      await equalState(cluster);
      await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).takeSnapshot()));
      await createLast(store, 'b');
    });
    await withCluster('second run', { dataDir }, async (cluster) => {
      const store = cluster.store();
      const { read, error } = await endOf(store.watch({ fromIndex: before }));
      assert.is(read, 0);
      assert.instance(error, ClusterError);
      const { code, details } = error as ClusterError;
      assert.is(code, 'Compacted');
      const oldest = details['oldestIndex'] as number;
      assert.ok(oldest > before);
      const { records } = await followTo(store.watch({ fromIndex: oldest }), 'b');
      assert.equal([...records.keys()], ['topic b', 'partition b:0']);
    });
  }));

test('a consumer that never reads ends as SlowConsumer, and holds no more than its bound', () =>
  withCluster(
    'never reads',
    {},
    async (cluster) => {
      const store = cluster.store();
      await registerBrokers(store, 3);
      const { index } = await store.query({ type: 'list_brokers' });
      const unread = store.watch()[Symbol.asyncIterator]();
      const [first] = await Promise.all([unread.next(), createLast(store, 'first')]);
      assert.is(first.done, false);
      const writers = await changeLeadersUntilStopped(store, 'busy', 256);
      await writesGoOn(writers, UNREAD / 2);
      const halfFull = await heldBytes();
      await writesGoOn(writers, 3 * UNREAD);
      await writers.stop();
      const held = await heldBytes();
      const error: unknown = await unread.next().catch((thrown: unknown) => thrown);
      assert.instance(error, ClusterError);
      const { code, details } = error as ClusterError;
      assert.is(code, 'SlowConsumer');
      assert.ok((details['resumeFrom'] as number) > index);
      assert.equal(await unread.next(), { value: undefined, done: true });
      assert.ok(held < 2 * halfFull, `${held} bytes are held, ${halfFull} when half of the bound was reached`);
    },
    60_000,
  ));

test('a stop of the cluster ends it quietly', async () => {
  const ends = await withCluster('stopped', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 1);
    const ending = [endOf(store.watch()), endOf(store.watch({ fromIndex: 0 }))];
    await createLast(store, 'a');
    return ending;
  });
  for (const { error } of await Promise.all(ends)) assert.is(error, null);
});

test.run();
