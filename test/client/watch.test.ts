/** Watches: where they begin, that nothing is missed or doubled whoever is asked, and how they end. */
import { getEventListeners } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MetadataStore } from '../../src/client/metadata-store.js';
import { watchLimits } from '../../src/metadata/watching/limits.js';
import { leaderChange, registration, topic } from '../metadata/watching/replica.js';
import { eventually, withDeadline } from '../support/deadline.js';
import type { Bench } from './client-suite.js';
import { rejection, withBench } from './client-suite.js';
import type { FakeNode } from './fake-node.js';

const test = suite('watches');

type Items = ReturnType<MetadataStore['watch']>;
type Iterator = AsyncIterator<{ index: number }>;

const iteratorOf = (items: Items): Iterator => items[Symbol.asyncIterator]();

/** The indexes of so many items, read one after the other. */
async function read(iterator: Iterator, count: number): Promise<number[]> {
  const indexes: number[] = [];
  while (indexes.length < count) {
    const { value, done } = await withDeadline('an item', 10_000, iterator.next());
    if (done === true) throw new Error(`ended after ${indexes.length} items`);
    indexes.push(value.index);
  }
  return indexes;
}

async function isDone(iterator: Iterator): Promise<boolean> {
  return (await withDeadline('an end', 10_000, iterator.next())).done === true;
}

const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** A node with entries 1 and 2 applied: a broker and a topic. */
function begun(bench: Bench, id: number, life = 1): FakeNode {
  const node = bench.node(id, life);
  node.replica.apply(registration(1), topic('t', 1));
  return node;
}

async function leading(bench: Bench, id: number, term = 1): Promise<FakeNode> {
  const node = begun(bench, id);
  await node.lead(term);
  return node;
}

function change(node: FakeNode, count: number): void {
  const { replica } = node;
  for (let done = 0; done < count; done += 1) replica.apply(leaderChange('t', 0, replica.index + 1));
}

test(
  'from now: behind what a linearizable read saw, and before what is written later',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    change(node, 3);
    const items = iteratorOf(bench.store().watch());
    await node.receivesReads(1);
    void bench.write('later');
    void bench.read('a read goes on');
    await node.receivesReads(2);
    assert.equal(node.writes, [], 'what is written later waits');
    node.reply(4, () => ({ value: undefined }));
    await node.receives(1);
    change(node, 1);
    assert.equal(await read(items, 2), [5, 6]);
  }),
);

/** Watches from now, which is index 2. */
async function watchNow(node: FakeNode, ...stores: readonly MetadataStore[]): Promise<Iterator[]> {
  const before = node.reads.length;
  const all = stores.map((store) => iteratorOf(store.watch()));
  await node.receivesReads(before + stores.length);
  node.reply(2, () => undefined);
  await node.receivesSubscription();
  return all;
}

test(
  'ten watches share one subscription, and each is told everything once',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const stores = Array.from({ length: 10 }, () => bench.store());
    const all = await watchNow(node, ...stores);
    const reading = all.map((items) => read(items, 100));
    change(node, 101);
    for (const indexes of await Promise.all(reading)) assert.equal(indexes, upTo(102, 3));
    assert.is(node.subscriptions, 1);
    const [first, ...others] = await Promise.all(all.map((items) => items.next()));
    for (const other of others) assert.is(other.value, first?.value, 'one item for all');
    await Promise.all(all.map((items) => items.return?.()));
    await eventually(() => node.subscriptions === 0, 'nothing is told that nobody reads');
  }),
);

test(
  'calls of next that wait are answered in their order',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const [items] = await watchNow(node, bench.store());
    if (items === undefined) return;
    const waiting = [items.next(), items.next(), items.next()];
    change(node, 2);
    const [first, second] = await Promise.all(waiting.slice(0, 2));
    assert.equal(
      [first?.value, second?.value].map((item) => (item as { index: number }).index),
      [3, 4],
    );
    await items.return?.();
    assert.equal(await waiting[2], { value: undefined, done: true });
  }),
);

test(
  'another leads: it goes on there, from where it was',
  withBench(async (bench) => {
    const [first, second] = [await leading(bench, 1), begun(bench, 2)];
    const [items] = await watchNow(first, bench.store());
    if (items === undefined) return;
    change(first, 5);
    assert.equal(await read(items, 4), [3, 4, 5, 6]);
    change(second, 3);
    await second.lead(2);
    await second.receivesSubscription();
    assert.is(first.subscriptions, 0);
    change(first, 7);
    change(second, 6);
    assert.equal(await read(items, 5), upTo(11, 7), 'what the second had not applied is waited for');
  }),
);

test(
  'the node asked ends: what it told counts, and the rest is told by the next',
  withBench(async (bench) => {
    const [first, second] = [await leading(bench, 1), begun(bench, 2)];
    const [items] = await watchNow(first, bench.store());
    if (items === undefined) return;
    change(first, 5);
    await read(items, 1);
    first.end();
    const reading = read(items, 9);
    change(second, 10);
    await second.lead(2);
    assert.equal(await reading, upTo(12, 4));
  }),
);

test(
  'from an earlier index: catches up by itself, is sent no more than it reads, and joins the others then',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    change(node, 3 * watchLimits.maxChangesPerMessage);
    const present = node.replica.index;
    const items = iteratorOf(bench.store().watch({ fromIndex: 1 }));
    await node.receivesSubscription();
    const credits = (): number => node.subscribing.filter(({ kind }) => kind === 'credit').length;
    assert.equal(await read(items, watchLimits.maxChangesPerMessage), upTo(watchLimits.maxChangesPerMessage + 1, 2));
    assert.is(credits(), 0);
    assert.equal(await read(items, 1), [watchLimits.maxChangesPerMessage + 2]);
    await eventually(() => credits() === 1, 'credit for what was read');
    // The feed of all begins, and is joined by the first change that it tells too.
    const others = iteratorOf(bench.store().watch());
    await node.receivesReads(1);
    node.reply(present, () => undefined);
    await eventually(() => node.subscriptions === 2, 'two subscriptions');
    assert.equal(
      await read(items, present - watchLimits.maxChangesPerMessage - 2),
      upTo(present, watchLimits.maxChangesPerMessage + 3),
    );
    change(node, 1);
    assert.equal([...(await read(items, 1)), ...(await read(others, 1))], [present + 1, present + 1]);
    change(node, 1);
    assert.equal([...(await read(items, 1)), ...(await read(others, 1))], [present + 2, present + 2]);
    await eventually(() => node.subscriptions === 1, 'one subscription');
  }),
);

test(
  'who does not read ends as SlowConsumer, told where to go on from; who does is told everything',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const [slow, quick] = await watchNow(node, bench.store(), bench.store());
    if (slow === undefined || quick === undefined) return;
    change(node, 3);
    await read(slow, 2);
    const reading = read(quick, watchLimits.maxUnreadChanges + 6);
    change(node, watchLimits.maxUnreadChanges + 3);
    assert.is((await reading).at(-1), watchLimits.maxUnreadChanges + 8);
    const error = await rejection(slow.next(), 'SlowConsumer');
    assert.equal(error.details, { resumeFrom: 4 });
    assert.ok(await isDone(slow), 'the error is given once');
    const resumed = iteratorOf(bench.store().watch({ fromIndex: 4 }));
    assert.equal(await read(resumed, 3), [5, 6, 7]);
  }),
);

test(
  'Compacted: another node is asked first, and the error is that of the last',
  withBench(async (bench) => {
    const [first, second] = [await leading(bench, 1), begun(bench, 2)];
    change(first, watchLimits.maxKeptChanges);
    const served = iteratorOf(bench.store().watch({ fromIndex: 1 }));
    assert.equal(await read(served, 1), [2]);
    await served.return?.();
    change(second, watchLimits.maxKeptChanges);
    const refused = iteratorOf(bench.store().watch({ fromIndex: 1 }));
    assert.equal((await rejection(refused.next(), 'Compacted')).details, { oldestIndex: 2 });
    assert.ok(await isDone(refused));
    const bound = iteratorOf(bench.store({ node: 1 }).watch({ fromIndex: 1 }));
    await rejection(bound.next(), 'Compacted');
  }),
);

test(
  'a store bound to a node is told by that one alone, and waits for its next life',
  withBench(async (bench) => {
    const [first, second] = [await leading(bench, 1), begun(bench, 2)];
    const items = iteratorOf(bench.store({ node: 2 }).watch({ fromIndex: 2 }));
    await second.receivesSubscription();
    change(second, 1);
    change(first, 2);
    assert.equal(await read(items, 1), [3]);
    second.end();
    const again = begun(bench, 2, 2);
    change(again, 5);
    await again.follow(1, 1);
    assert.equal(await read(items, 4), upTo(7, 4));
    assert.is(first.subscriptions, 0);
  }),
);

test(
  'an abort, a return, a close and a stop end quietly, and leave nothing behind',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const controller = new AbortController();
    const { signal } = controller;
    const store = bench.store();
    const aborted = Array.from({ length: 20 }, () => iteratorOf(store.watch({ fromIndex: 2, signal })));
    const early = iteratorOf(store.watch({ signal }));
    assert.is(getEventListeners(signal, 'abort').length, 1);
    const waiting = aborted.map(isDone);
    controller.abort();
    assert.ok((await Promise.all(waiting)).every(Boolean));
    assert.ok(await isDone(early), 'also before it has begun');
    assert.ok(await isDone(iteratorOf(store.watch({ signal }))));
    assert.is(getEventListeners(signal, 'abort').length, 0);
    const [closing, stopping] = [store, bench.store()].map((each) => iteratorOf(each.watch({ fromIndex: 2 })));
    if (closing === undefined || stopping === undefined) return;
    const closed = isDone(closing);
    await store.close();
    assert.ok(await closed);
    assert.throws(
      () => store.watch(),
      (error: { code?: string }) => error.code === 'Stopped',
    );
    change(node, 1);
    assert.equal(await read(stopping, 1), [3], 'that of another store goes on');
    await eventually(() => node.subscriptions === 1, 'one subscription');
    const stopped = isDone(stopping);
    bench.router.stop();
    assert.ok(await stopped);
    assert.throws(
      () => bench.store().watch(),
      (error: { code?: string }) => error.code === 'Stopped',
    );
  }),
);

test(
  'a majority lost for good ends it with NoLeader, behind what has come',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const [read1, waits] = await watchNow(node, bench.store(), bench.store());
    if (read1 === undefined || waits === undefined) return;
    change(node, 2);
    assert.equal(await read(waits, 2), [3, 4]);
    const waiting = rejection(waits.next(), 'NoLeader');
    bench.router.setPermanentlyLost(true);
    assert.is((await waiting).details['permanent'], true);
    assert.equal(await read(read1, 2), [3, 4]);
    await rejection(read1.next(), 'NoLeader');
    assert.throws(
      () => bench.store().watch({ fromIndex: 1 }),
      (error: { code?: string }) => error.code === 'NoLeader',
    );
  }),
);

test(
  'what is no index, no signal or no object is refused at once',
  withBench(async (bench) => {
    const store = bench.store();
    const options = [{ fromIndex: -1 }, { fromIndex: 1.5 }, { fromIndex: '1' }, { signal: {} }, null, 7];
    for (const each of options) {
      assert.throws(
        () => store.watch(each as object),
        (error: { code?: string }) => error.code === 'InvalidArgument',
      );
    }
  }),
);

test.run();
