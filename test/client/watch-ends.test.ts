/** How watches end: what is read behind an error, and that nothing of them is left. */
import { getEventListeners } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { watchLimits } from '../../src/metadata/watching/limits.js';
import { eventually } from '../support/deadline.js';
import { rejection, withBench } from './client-suite.js';
import { begun, change, iteratorOf, leading, read, watchNow, isDone } from './watching-suite.js';

const test = suite('ends of watches');

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
