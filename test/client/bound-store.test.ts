/** A store bound to one node: its writes go there alone, and only while that node leads. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clientLimits } from '../../src/client/limits.js';
import { createMetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import { createReplicatedState } from '../../src/state-machine/exactly-once.js';
import { rejection, withBench } from './client-suite.js';

const test = suite('a store bound to a node');

const broker = { id: 1, addr: 'localhost:9092' };

test(
  'a write answers NotLeader at once, with who leads, and is not sent',
  withBench(async (bench) => {
    const leader = bench.node(1);
    const follower = bench.node(2);
    const store = bench.store({ node: 2 });
    assert.is((await rejection(store.registerBroker(broker), 'NotLeader')).details['leader'], null);
    await leader.lead(1);
    await follower.follow(1, 1);
    const error = await rejection(store.registerBroker(broker), 'NotLeader');
    assert.is(error.details['leader'], 1);
    assert.is(error.retryable, true);
    void bench.write('a');
    await leader.receives(1);
    assert.equal([leader.writes.length, follower.writes.length], [1, 0]);
  }),
);

test(
  'a write that waits when its node stops leading answers NotLeader; one in flight may still be answered',
  withBench(async (bench) => {
    const node = bench.node(1);
    const other = bench.node(2);
    const store = bench.store({ node: 1 });
    await node.lead(1);
    const left = store.registerBroker(broker);
    await node.receives(1);
    await node.lead(1, null);
    await rejection(store.registerBroker(broker), 'NotLeader');
    await other.lead(2);
    void bench.write('a');
    await other.receives(1);
    assert.equal(other.commands, ['a'], 'never sent to another node');
    node.postAnswers(
      node.writes.map(({ session, sequence }) => ({ session, sequence, index: 4, result: { value: broker } })),
    );
    assert.equal(await left, broker);
  }),
);

test(
  'a write that has not left when its node stops leading answers NotLeader',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1, 1);
    for (let count = 0; count < clientLimits.maxInFlightOperations; count += 1) void bench.write('a');
    const refused = rejection(bench.store({ node: 1 }).registerBroker(broker), 'NotLeader');
    await node.lead(1, null);
    await refused;
  }),
);

test(
  'a write in flight is sent again when its node leads again',
  withBench(async (bench) => {
    const node = bench.node(1);
    const store = bench.store({ node: 1 });
    await node.lead(1);
    const call = store.registerBroker(broker);
    await node.receives(1);
    await node.follow(2, null);
    await node.lead(3);
    await node.receives(2);
    assert.equal(node.writes[1]?.command, node.writes[0]?.command);
    node.postAnswers(
      node.writes.map(({ session, sequence }) => ({ session, sequence, index: 4, result: { value: broker } })),
    );
    assert.equal(await call, broker);
  }),
);

test(
  'the outcome of its first write can be looked up under another leader, which has never heard of its session',
  withBench(async (bench) => {
    const node = bench.node(1);
    const other = bench.node(2);
    await node.lead(1);
    const lost = bench.store({ node: 1 }).registerBroker(broker, { timeoutMs: 20 });
    await node.receives(1);
    const { details } = await rejection(lost, 'OutcomeUnknown');
    other.state = createReplicatedState(createMetadataMachine(), { voters: [], learners: [] });
    await other.lead(2);
    const found = await bench.store().registerBroker(broker, { requestId: String(details['requestId']) });
    assert.is(found.addr, broker.addr);
    assert.is(other.writes.length, 1, 'the write itself goes to no other node');
  }),
);

test(
  'a write in flight when its node ends is of unknown outcome at once',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const call = bench.store({ node: 1 }).registerBroker(broker);
    await node.receives(1);
    node.end();
    assert.is((await rejection(call, 'OutcomeUnknown')).details['cause'], 'Stopped');
  }),
);

test.run();
