/** Watches: where they begin, and that nothing is missed or doubled whoever is asked. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { watchLimits } from '../../src/metadata/watching/limits.js';
import { eventually } from '../support/deadline.js';
import { withBench } from './client-suite.js';
import { begun, change, iteratorOf, leading, read, upTo, watchNow } from './watching-suite.js';

const test = suite('watches');

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
    for (const items of all) await items.return?.();
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

test.run();
