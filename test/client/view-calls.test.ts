/** A view is never older than what a call of its store has said: calls wait for it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { leaderChange } from '../metadata/watching/replica.js';
import { eventually } from '../support/deadline.js';
import { rejection, withBench } from './client-suite.js';
import { answerAt, epochIn, isSettled, register, viewOf } from './viewing-suite.js';
import { leading } from './watching-suite.js';

const test = suite('calls of a store with a view');

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
  'what the controller of a node that leads no more refuses is asked again, whatever the view has seen',
  withBench(async (bench) => {
    const node = await leading(bench, 1);
    const store = bench.store();
    await viewOf(node, store);
    const asked = node.reads.length;
    const beat = store.heartbeat({ brokerId: 1, brokerEpoch: 1 });
    await node.receivesReads(asked + 1);
    node.reply(9, () => ({ error: { code: 'NotLeader', message: 'this node does not lead' } }));
    await node.receivesReads(asked + 2);
    node.reply(2, () => ({ value: { fenced: false, mayShutDown: false } }));
    assert.equal(await beat, { fenced: false, mayShutDown: false });
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

test.run();
