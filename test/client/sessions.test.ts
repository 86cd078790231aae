/**
 * Sessions and request ids: what the envelope of each write says, and what becomes of writes that the cluster no
 * longer knows (thesis 6.3).
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Session } from '../../src/client/session.js';
import { clientLimits } from '../../src/client/limits.js';
import { createMetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import { packPayloads } from '../../src/raft/entries.js';
import { sealOpening } from '../../src/state-machine/envelope.js';
import { createReplicatedState } from '../../src/state-machine/exactly-once.js';
import { eventually } from '../support/deadline.js';
import { rejection, withBench } from './client-suite.js';

const test = suite('sessions');

test(
  'the lowest unanswered sequence follows the answers, and stays at a write of unknown outcome',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const first = bench.write('a');
    await node.receives(1);
    node.answer(...node.openings, ...node.writes);
    await first;
    await rejection(bench.write('b', { timeoutMs: 20 }), 'OutcomeUnknown');
    const third = bench.write('c');
    await node.receives(3);
    // The answer to the second comes too late for its caller, not for a repeat.
    node.answer(...node.writes.slice(1));
    await third;
    void bench.write('d');
    await node.receives(4);
    assert.equal(
      node.writes.map(({ lowestUnanswered }) => lowestUnanswered),
      [1, 2, 2, 2],
    );
  }),
);

test('of the sequences of unknown outcome only so many, and none too old, are held', () => {
  const many = new Session<never>();
  for (let count = 0; count < clientLimits.maxUnknownWrites + 10; count += 1) many.addUnknown(many.takeSequence() + 1);
  assert.is(many.lowestUnanswered(), 11);
  const old = new Session<never>();
  const take = (count: number): void => {
    for (let taken = 0; taken < count; taken += 1) old.takeSequence();
  };
  take(clientLimits.maxPendingOperations);
  old.addUnknown(1);
  take(clientLimits.maxUnknownAge);
  assert.is(old.lowestUnanswered(), 1, 'however many waited behind it');
  take(1);
  assert.ok(old.lowestUnanswered() > 1);
});

test(
  'those of a leader that is gone are held as such alone: the oldest are let go',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1, 1);
    const total = clientLimits.maxUnknownWrites + 10;
    const lost = Array.from({ length: total }, () => bench.write('a', { timeoutMs: 20 }));
    await Promise.all(lost.map((call) => rejection(call, 'OutcomeUnknown')));
    await node.lead(1, 2);
    void bench.write('b');
    await node.receives(total + 1);
    assert.is(node.writes.at(-1)?.lowestUnanswered, 11);
  }),
);

test(
  'writes of a lost session that left once go again under a new one, in order, with those that wait',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const calls = ['a', 'b', 'c'].map((text) => bench.write(text));
    await node.receives(3);
    const lost = [...node.writes];
    node.answer(...node.openings);
    node.refuse('unknownSession', ...lost);
    await node.receives(6);
    calls.push(bench.write('d'));
    await node.receives(7);
    assert.equal(node.commands.slice(3), ['a', 'b', 'c', 'd']);
    assert.is(node.openings.length, 2);
    assert.is.not(node.writes[3]?.session, lost[0]?.session);
    node.answer(...node.writes.slice(3));
    assert.equal(
      (await Promise.all(calls)).map(({ result }) => result),
      ['a', 'b', 'c', 'd'],
    );
  }),
);

test(
  'a client that comes to a cluster which has forgotten sessions opens one at the second try',
  withBench(async (bench) => {
    const node = bench.node(1);
    const state = createReplicatedState(createMetadataMachine(), { voters: [], learners: [] }, 1);
    const others = ['a', 'b', 'c'].map((name) => sealOpening(name.repeat(16), 0));
    others.forEach((entry, position) => {
      state.applyRuns([{ firstIndex: position + 1, term: 1, ...packPayloads([entry]) }]);
    });
    node.state = state;
    await node.lead(1);
    const store = bench.store();
    await Promise.all([1, 2].map((id) => store.registerBroker({ id, addr: 'localhost:9092' })));
    assert.is(node.openings.length, 2);
  }),
);

test(
  'a write of a lost session that left twice may have had an effect: OutcomeUnknown',
  withBench(async (bench) => {
    const first = bench.node(1);
    const second = bench.node(2);
    await first.lead(1);
    const call = bench.write('a');
    await first.receives(1);
    await second.lead(2);
    await second.receives(1);
    second.refuse('unknownSession', ...second.writes);
    await rejection(call, 'OutcomeUnknown');
  }),
);

test(
  'a write that no session is known for ends, it does not go round for ever',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const call = bench.write('a');
    await node.receives(1);
    node.refuse('unknownSession', ...node.writes);
    await node.receives(2);
    node.refuse('unknownSession', ...node.writes.slice(1));
    await rejection(call, 'OutcomeUnknown');
  }),
);

test(
  'a forgotten answer is of unknown outcome, another operation under a known id is InvalidArgument',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const calls = [bench.write('a'), bench.write('b', { requestId: 'mine' })] as const;
    await node.receives(2);
    assert.is(node.writes[1]?.requestId, 'mine');
    node.refuse('forgotten', ...node.writes.slice(0, 1));
    node.refuse('differentOperation', ...node.writes.slice(1));
    await rejection(calls[0], 'OutcomeUnknown');
    await rejection(calls[1], 'InvalidArgument');
  }),
);

test(
  'a write of unknown outcome, repeated under the id in its error, has one effect and the first answer',
  withBench(async (bench) => {
    const state = createReplicatedState(createMetadataMachine(), { voters: [], learners: [] });
    const silent = bench.node(1);
    const next = bench.node(2);
    const store = bench.store();
    await silent.lead(1);
    const broker = { id: 1, addr: 'localhost:9092' };
    const error = await rejection(store.registerBroker(broker, { timeoutMs: 20 }), 'OutcomeUnknown');
    const requestId = String(error.details['requestId']);
    next.state = state;
    await next.lead(2);
    const registered = await store.registerBroker(broker, { requestId });
    await eventually(() => Date.now() > registered.registeredAt, 'another timestamp');
    assert.equal(await store.registerBroker(broker, { requestId }), registered);
    await rejection(store.registerBroker(broker), 'BrokerExists');
    await rejection(store.registerBroker({ ...broker, rack: 'b' }, { requestId }), 'InvalidArgument');
  }),
);

test(
  'an id of the user gives the first answer from another store too',
  withBench(async (bench) => {
    const node = bench.node(1);
    node.state = createReplicatedState(createMetadataMachine(), { voters: [], learners: [] });
    await node.lead(1);
    const broker = { id: 1, addr: 'localhost:9092' };
    const registered = await bench.store().registerBroker(broker, { requestId: 'mine' });
    assert.equal(await bench.store().registerBroker(broker, { requestId: 'mine' }), registered);
    const own = { type: 'register_broker', data: broker, timestamp: 5 };
    await rejection(bench.store().propose(own, { requestId: 'mine' }), 'InvalidArgument');
  }),
);

test.run();
