/** Views: what they hold, whoever is asked, and how they end. */
import { getEventListeners } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { leaderChange, topic } from '../metadata/watching/replica.js';
import { eventually } from '../support/deadline.js';
import { rejection, withBench } from './client-suite.js';
import { answerAt, epochIn, isSettled, register, viewOf } from './viewing-suite.js';
import { begun, leading } from './watching-suite.js';

const test = suite('views');

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
