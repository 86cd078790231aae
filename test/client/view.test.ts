/** Views: never older than what a call of their store has said, whoever is asked, and how they end. */
import { getEventListeners } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MetadataStore } from '../../src/client/metadata-store.js';
import type { MetadataView } from '../../src/client/metadata-view.js';
import { must } from '../../src/assert.js';
import { leaderChange, registration, topic } from '../metadata/watching/replica.js';
import { eventually, withDeadline } from '../support/deadline.js';
import type { Bench } from './client-suite.js';
import { rejection, withBench } from './client-suite.js';
import type { FakeNode } from './fake-node.js';

const test = suite('views');

/** A node with entries 1 and 2 applied: a broker and a topic. */
function begun(bench: Bench, id: number): FakeNode {
  const node = bench.node(id);
  node.replica.apply(registration(1), topic('t', 2));
  return node;
}

async function leading(bench: Bench, id: number): Promise<FakeNode> {
  const node = begun(bench, id);
  await node.lead(id);
  return node;
}

const epochIn = (view: MetadataView): number | undefined => view.getPartition('t', 0)?.leaderEpoch;

/** The view of a store whose node answers the read of now with this index. */
async function viewOf(node: FakeNode, store: MetadataStore, index = 2): Promise<MetadataView> {
  const view = store.view();
  const before = node.reads.length;
  await node.receivesReads(before + 1);
  node.reply(index, () => undefined);
  return withDeadline('a view', 10_000, view);
}

/** Whether it has settled once all that was posted before has been handled. */
async function isSettled(bench: Bench, node: FakeNode, call: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  call.then(note, note);
  const before = node.reads.length;
  const read = bench.read('whatever');
  await node.receivesReads(before + 1);
  node.reply(1, () => undefined);
  await read;
  return settled;
}

/** Answers the write that came last. */
function answerAt(node: FakeNode, index: number): void {
  const { session, sequence } = must(node.writes.at(-1), 'a write');
  node.postAnswers([{ session, sequence, index, result: { value: { id: index } } }]);
}

function register(store: MetadataStore): Promise<unknown> {
  const call = store.registerBroker({ id: 9, addr: 'a:1' });
  // Its rejection may be looked at later than it happens, or never.
  call.catch(() => undefined);
  return call;
}

test(
  'it is there once it is as new as a linearizable read, and follows what changes',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const opening = bench.store().view();
    await node.receivesReads(1);
    node.reply(3, () => undefined);
    assert.not(await isSettled(bench, node, opening));
    node.replica.apply(leaderChange('t', 0, 2));
    const view = await opening;
    assert.equal([view.index, epochIn(view)], [3, 2]);
    assert.is(view.getTopic('t')?.numPartitions, 2);
    assert.equal([view.getTopic('u'), view.getBroker(2), view.getPartition('t', 2)], [undefined, undefined, undefined]);
    assert.equal(
      [view.listTopics(), view.listBrokers()].map((list) => list.length),
      [1, 1],
    );
    const { image } = view;
    const other = view.getPartition('t', 1);
    node.replica.apply(topic('t'));
    await view.waitForIndex(4);
    assert.is(view.image, image, 'a refused operation changes nothing');
    node.replica.apply(leaderChange('t', 0, 3));
    await view.waitForIndex(5);
    assert.is.not(view.image, image);
    assert.is(view.getPartition('t', 1), other);
    assert.is(epochIn(view), 3);
  }),
);

test(
  'a call is settled once the view is as new as its answer',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const [store, blind] = [bench.store(), bench.store()];
    const view = await viewOf(node, store);
    const call = register(store);
    await node.receives(1);
    answerAt(node, 4);
    assert.not(await isSettled(bench, node, call));
    node.replica.apply(leaderChange('t', 0, 2));
    assert.not(await isSettled(bench, node, call));
    node.replica.apply(leaderChange('t', 0, 3));
    await call;
    assert.equal([view.index, epochIn(view)], [4, 3]);
    const another = register(blind);
    await node.receives(2);
    answerAt(node, 9);
    await another;
    assert.is(view.index, 4, 'a store without a view waits for none');
  }),
);

test(
  'a read waits like a write, and so does an error',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const store = bench.store();
    await viewOf(node, store);
    const read = store.getBroker(1, { consistency: 'local' });
    const refused = register(store);
    await eventually(() => node.localReads.length === 1 && node.writes.length === 1, 'both');
    node.reply(3, () => ({ value: undefined }));
    const { session, sequence } = must(node.writes[0], 'a write');
    const result = { error: { code: 'BrokerExists', message: 'it is there' } };
    node.postAnswers([{ session, sequence, index: 3, result }]);
    assert.not(await isSettled(bench, node, Promise.race([read, refused])));
    node.replica.apply(leaderChange('t', 0, 2));
    await read;
    await rejection(refused, 'BrokerExists');
  }),
);

test(
  'a view that is not reached by the deadline: the outcome is unknown, and its answer is still asked for',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const store = bench.store();
    await viewOf(node, store);
    const write = store.registerBroker({ id: 9, addr: 'a:1' }, { timeoutMs: 30 });
    await node.receives(1);
    answerAt(node, 5);
    const error = await rejection(write, 'OutcomeUnknown');
    assert.is(error.details['cause'], 'Timeout');
    assert.match(String(error.details['requestId']), /:1$/);
    void register(store);
    await node.receives(2);
    assert.is(node.writes.at(-1)?.lowestUnanswered, 1, 'a repeat gets the first answer');
    answerAt(node, 5);
    const read = store.getBroker(1, { timeoutMs: 30 });
    await eventually(() => node.openReads.length === 1, 'a read');
    node.reply(5, () => ({ value: undefined }));
    await rejection(read, 'Timeout');
  }),
);

test(
  'an answer that was waited for is known, and forgotten by the next write',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const store = bench.store();
    await viewOf(node, store);
    const write = register(store);
    await node.receives(1);
    answerAt(node, 3);
    node.replica.apply(leaderChange('t', 0, 2));
    await write;
    void register(store);
    await node.receives(2);
    assert.is(node.writes.at(-1)?.lowestUnanswered, 2);
  }),
);

test(
  'what was answered while the view was on its way is in it',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const store = bench.store();
    const opening = store.view();
    await node.receivesReads(1);
    const call = register(store);
    await node.receives(1);
    answerAt(node, 4);
    await call;
    node.reply(2, () => undefined);
    assert.not(await isSettled(bench, node, opening));
    node.replica.apply(leaderChange('t', 0, 2), leaderChange('t', 0, 3));
    assert.is((await opening).index, 4);
  }),
);

test(
  'another leads, or the node asked ends: it goes on there with what it does not know',
  withBench(async (bench) => {
    const [first, second] = [await leading(bench, 1), begun(bench, 2)];
    const view = await viewOf(first, bench.store());
    first.replica.apply(leaderChange('t', 0, 2));
    await view.waitForIndex(3);
    const other = view.getPartition('t', 1);
    first.end();
    assert.is(epochIn(view), 2, 'reads go on');
    second.replica.apply(leaderChange('t', 0, 2), leaderChange('t', 0, 3));
    await second.lead(2);
    await view.waitForIndex(4);
    assert.is(epochIn(view), 3);
    assert.is(view.getPartition('t', 1), other);
    const subscribed = second.subscribing.filter(({ kind }) => kind === 'subscribe');
    assert.equal(
      subscribed.map((each) => 'fromIndex' in each && each.fromIndex),
      [3],
    );
  }),
);

test(
  'views share one image, and the last that closes ends what feeds it',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const store = bench.store();
    const first = await viewOf(node, store);
    const second = await viewOf(node, bench.store());
    assert.is(first.image, second.image);
    assert.is(node.subscriptions, 1);
    const held = register(store);
    await node.receives(1);
    answerAt(node, 7);
    assert.not(await isSettled(bench, node, held));
    first.close();
    first.close();
    await held;
    assert.throws(
      () => first.image,
      (error: { code?: string }) => error.code === 'Stopped',
    );
    assert.throws(
      () => first.getTopic('t'),
      (error: { code?: string }) => error.code === 'Stopped',
    );
    await rejection(first.waitForIndex(1), 'Stopped');
    node.replica.apply(leaderChange('t', 0, 2));
    await second.waitForIndex(3);
    const waiting = second.waitForIndex(9);
    second[Symbol.dispose]();
    await rejection(waiting, 'Stopped');
    await eventually(() => node.subscriptions === 0, 'no subscription');
  }),
);

test(
  'waiting for an index ends at its deadline and at an abort, and leaves no listener',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const view = await viewOf(node, bench.store());
    await view.waitForIndex(2);
    await rejection(view.waitForIndex(3, { timeoutMs: 20 }), 'Timeout');
    const controller = new AbortController();
    const waiting = view.waitForIndex(3, { signal: controller.signal });
    controller.abort();
    await rejection(waiting, 'Aborted');
    await rejection(view.waitForIndex(3, { signal: controller.signal }), 'Aborted');
    assert.is(getEventListeners(controller.signal, 'abort').length, 0);
    for (const index of [-1, 0.5, Number.NaN]) await rejection(view.waitForIndex(index), 'InvalidArgument');
  }),
);

test(
  'closing the store, or stopping, ends views and those on their way',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const [store, other] = [bench.store(), bench.store()];
    const view = await viewOf(node, store);
    const last = await viewOf(node, other);
    const opening = store.view();
    opening.catch(() => undefined);
    await store.close();
    await rejection(store.view(), 'Stopped');
    assert.throws(
      () => view.index,
      (error: { code?: string }) => error.code === 'Stopped',
    );
    await eventually(() => node.openReads.length === 1, 'a read');
    node.reply(2, () => undefined);
    await rejection(opening, 'Stopped');
    const held = register(other);
    await node.receives(1);
    answerAt(node, 7);
    assert.not(await isSettled(bench, node, held));
    bench.router.stop();
    await held;
    assert.throws(
      () => last.listTopics(),
      (error: { code?: string }) => error.code === 'Stopped',
    );
    await rejection(bench.store().view(), 'Stopped');
  }),
);

test(
  'a view that cannot be had ends as its call would',
  withBench(async (bench) => {
    await rejection(bench.store().view({ timeoutMs: 20 }), 'NoLeader');
    await rejection(bench.store().view({ timeoutMs: 0 }), 'InvalidArgument');
    await rejection(bench.store().view({ signal: AbortSignal.abort() }), 'Aborted');
    bench.router.setPermanentlyLost(true);
    await rejection(bench.store().view(), 'NoLeader');
  }),
);

test.run();
