/**
 * The way of reads: to the leader or to one node, again wherever nobody answers, and local ones straight to a store.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clientLimits } from '../../src/client/limits.js';
import { eventually } from '../support/deadline.js';
import { rejection, withBench } from './client-suite.js';
import type { FakeNode } from './fake-node.js';

const test = suite('reads find who can answer');

const textOf = (request: unknown): string => Buffer.from(request as Uint8Array).toString();
const replyAll = (node: FakeNode): void => {
  node.reply(7, textOf);
};

test(
  'linearizable reads of one turn go to the leader together',
  withBench(async (bench) => {
    const leader = bench.node(1);
    const follower = bench.node(2);
    await leader.lead(1);
    await follower.follow(1, 1);
    const calls = ['a', 'b'].map((text) => bench.read(text));
    await leader.receivesReads(2);
    replyAll(leader);
    assert.equal(await Promise.all(calls), ['a', 'b']);
    assert.is(follower.reads.length, 0);
  }),
);

test(
  'while as many batches as allowed are unanswered reads wait; local ones do not wait for linearizable ones',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const calls: Promise<unknown>[] = [];
    for (let batch = 1; batch <= clientLimits.maxInFlightReadBatches; batch += 1) {
      calls.push(bench.read(`batch ${batch}`));
      await node.receivesReads(batch);
    }
    calls.push(...['a', 'b', 'c'].map((text) => bench.read(text)));
    const local = bench.read('d', { consistency: 'local' });
    await eventually(() => node.localReads.length === 1, 'the local read');
    assert.is(node.openReads.length, clientLimits.maxInFlightReadBatches + 1);
    replyAll(node);
    assert.is(await local, 'd');
    await node.receivesReads(clientLimits.maxInFlightReadBatches + 3);
    assert.is(node.openReads.length, 1, 'what waited comes as one');
    replyAll(node);
    assert.equal(await Promise.all(calls.slice(-3)), ['a', 'b', 'c']);
  }),
);

test(
  'a refused read is asked again until it is answered',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const call = bench.read('a');
    await node.receivesReads(1);
    node.refuseReads();
    await node.receivesReads(2);
    node.refuseReads();
    await node.receivesReads(3);
    assert.equal(node.reads.map(textOf), ['a', 'a', 'a']);
    replyAll(node);
    assert.is(await call, 'a');
  }),
);

test(
  'reads asked of a leader that ends, or is succeeded, are asked of the next one',
  withBench(async (bench) => {
    const nodes = [1, 2, 3].map((id) => bench.node(id));
    const [first, second, third] = nodes as [FakeNode, FakeNode, FakeNode];
    await first.lead(1);
    const call = bench.read('a');
    await first.receivesReads(1);
    await second.lead(2);
    await second.receivesReads(1);
    // The refusal of one that is no longer asked changes nothing.
    first.refuseReads();
    await first.follow(2, 2);
    void bench.read('b');
    await second.receivesReads(2);
    assert.equal(second.reads.map(textOf), ['a', 'b']);
    second.end();
    await third.lead(3);
    await third.receivesReads(2);
    replyAll(third);
    assert.is(await call, 'a');
    assert.is(third.reads.length, 2);
  }),
);

test(
  'a store bound to a follower reads there alone, linearizably too',
  withBench(async (bench) => {
    const leader = bench.node(1);
    const follower = bench.node(2);
    await leader.lead(1);
    await follower.follow(1, 1);
    const call = bench.store({ node: 2 }).getTopic('orders');
    await follower.receivesReads(1);
    assert.equal(follower.reads[0], { type: 'get_topic', name: 'orders' });
    follower.reply(3, () => ({ value: undefined }));
    assert.is(await call, undefined);
    assert.is(leader.reads.length, 0);
  }),
);

test(
  'a bound store whose node is down reads when it is back',
  withBench(async (bench) => {
    const leader = bench.node(1);
    await leader.lead(1);
    const before = bench.node(2);
    const call = bench.store({ node: 2 }).listTopics();
    await before.receivesReads(1);
    before.end();
    const after = bench.node(2, 2);
    await after.receivesReads(1);
    after.reply(3, () => ({ value: [] }));
    assert.equal(await call, []);
  }),
);

test(
  'local reads go to a store without asking its node, led or not',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.follow(1, null);
    const call = bench.read('a', { consistency: 'local' });
    await eventually(() => node.localReads.length === 1, 'the local read');
    node.reply(2, () => 'here');
    assert.is(await call, 'here');
    assert.is(node.reads.length, 0);
  }),
);

test(
  'an error in the reply rejects; deadline and abort do too, and a late reply is ignored',
  withBench(async (bench) => {
    const node = bench.node(1);
    await rejection(bench.read('z', { timeoutMs: 20 }), 'NoLeader');
    await node.lead(1);
    const failing = bench.read('a');
    await node.receivesReads(1);
    node.failReads({ code: 'StorageFailed', message: 'broken' });
    assert.is((await rejection(failing, 'StorageFailed')).message, 'broken');
    await rejection(bench.read('b', { timeoutMs: 20 }), 'Timeout');
    const controller = new AbortController();
    const aborted = bench.read('c', { signal: controller.signal });
    await node.receivesReads(3);
    controller.abort();
    await rejection(aborted, 'Aborted');
    replyAll(node);
    const call = bench.read('d');
    await node.receivesReads(4);
    replyAll(node);
    assert.is(await call, 'd');
  }),
);

test.run();
