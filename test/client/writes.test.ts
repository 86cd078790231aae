/** The way of writes to whoever leads: order, batches, resending, and what they end with. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clientLimits } from '../../src/client/limits.js';
import { eventually } from '../support/deadline.js';
import { rejection, withBench } from './client-suite.js';

const test = suite('writes follow the leader');

test(
  'calls of one turn leave in one message, in call order, behind the opening of the session',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const calls = ['a', 'b', 'c'].map((text) => bench.write(text));
    await node.receives(3);
    assert.equal(node.commands, ['a', 'b', 'c']);
    assert.equal(node.proposals, [{ admission: 1, count: 4 }]);
    assert.equal(
      node.writes.map((write) => write.sequence),
      [1, 2, 3],
    );
    node.answer(...node.writes);
    assert.equal(await Promise.all(calls), [
      { index: 1, result: 'a' },
      { index: 2, result: 'b' },
      { index: 3, result: 'c' },
    ]);
  }),
);

test(
  'calls made while nobody leads wait for a leader',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.follow(1, null);
    const call = bench.write('a');
    await node.lead(2);
    await node.receives(1);
    node.answer(...node.writes);
    assert.is((await call).result, 'a');
  }),
);

test(
  'a new leader gets every unanswered write again, in order, before new ones',
  withBench(async (bench) => {
    const first = bench.node(1);
    const second = bench.node(2);
    await first.lead(1);
    const calls = ['a', 'b', 'c'].map((text) => bench.write(text));
    await first.receives(3);
    first.postAnswers([{ session: first.writes[1]?.session ?? '', sequence: 2, index: 9, result: 'b' }]);
    await calls[1];
    await second.lead(2);
    calls.push(bench.write('d'));
    await second.receives(3);
    assert.equal(second.commands, ['a', 'c', 'd']);
    assert.is(second.openings.length, 1, 'nobody has answered the opening');
    assert.equal(second.writes[0]?.command, first.writes[0]?.command);
    assert.is(second.writes[0]?.sequence, 1, 'the same envelope: the state machine knows a repeat');
    second.answer(...second.writes);
    assert.equal(
      (await Promise.all(calls)).map(({ result }) => result),
      ['a', 'b', 'c', 'd'],
    );
  }),
);

test(
  'a leader whose admission closed and opened again gets everything again under the new one',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1, 1);
    void bench.write('a');
    await node.receives(1);
    await node.lead(1, null);
    void bench.write('b');
    await node.lead(1, 2);
    await node.receives(3);
    assert.equal(node.commands, ['a', 'a', 'b']);
    assert.equal(node.proposals.map(({ admission }) => admission).slice(-1), [2]);
  }),
);

test(
  'news of a lower term, or of the same admission again, changes nothing',
  withBench(async (bench) => {
    const node = bench.node(1);
    const deposed = bench.node(2);
    await node.lead(2);
    void bench.write('a');
    await node.receives(1);
    await deposed.lead(1);
    await node.lead(2);
    void bench.write('b');
    await node.receives(2);
    assert.equal(node.commands, ['a', 'b']);
    assert.equal(deposed.commands, []);
    assert.equal(bench.router.leader(), { id: 1, term: 2, committedInTerm: true });
  }),
);

test(
  'a second answer to the same write is ignored',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const call = bench.write('a');
    await node.receives(1);
    const { session, sequence } = node.writes[0] ?? { session: '', sequence: 0 };
    node.postAnswers([
      { session, sequence, index: 3, result: 'first' },
      { session, sequence, index: 4, result: 'second' },
    ]);
    assert.equal(await call, { index: 3, result: 'first' });
    const next = bench.write('b');
    await node.receives(2);
    node.answer(...node.writes);
    assert.is((await next).result, 'b');
  }),
);

test(
  'what a node had answered before its threads ended still counts',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const call = bench.write('a');
    await node.receives(1);
    node.answer(...node.writes);
    node.end();
    assert.is((await call).result, 'a');
  }),
);

test(
  'a node whose port closes is no longer the leader',
  withBench(async (bench) => {
    const node = bench.node(1);
    const next = bench.node(2);
    await node.lead(1);
    const call = bench.write('a');
    await node.receives(1);
    node.close();
    await eventually(() => bench.router.leader() === null, 'news of the closed port');
    await next.lead(2);
    await next.receives(1);
    next.answer(...next.writes);
    assert.is((await call).result, 'a');
  }),
);

test(
  'no more leaves than the window holds until answers come; then the rest, in order',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const total = clientLimits.maxInFlightOperations + 100;
    const calls = Array.from({ length: total }, (_, position) => bench.write(String(position)));
    await node.receives(clientLimits.maxInFlightOperations - 1);
    // A later message of the same port shows that nothing else is on its way.
    await node.lead(1);
    assert.is(node.writes.length, clientLimits.maxInFlightOperations - 1, 'the opening takes a place too');
    node.answer(...node.writes);
    await node.receives(total);
    node.answer(...node.writes.slice(-101));
    const results = await Promise.all(calls);
    assert.equal(
      results.map(({ result }) => result),
      Array.from({ length: total }, (_, position) => String(position)),
    );
    assert.equal(
      node.commands,
      results.map(({ result }) => result),
    );
  }),
);

test(
  'while as many batches as allowed are unanswered nothing leaves; what has come meanwhile then leaves as one',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    for (let batch = 1; batch <= clientLimits.maxInFlightBatches; batch += 1) {
      void bench.write(`batch ${batch}`);
      await node.receives(batch);
    }
    for (const text of ['a', 'b', 'c']) void bench.write(text);
    await node.lead(1);
    assert.is(node.proposals.length, clientLimits.maxInFlightBatches);
    node.answer(...node.openings, ...node.writes.slice(0, 1));
    await node.receives(clientLimits.maxInFlightBatches + 3);
    assert.is(node.proposals.at(-1)?.count, 3);
  }),
);

test(
  'large writes are sent in several messages of bounded size',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const text = 'x'.repeat(clientLimits.maxBatchBytes / 2 - 100);
    const calls = Array.from({ length: 4 }, () => bench.write(text));
    await node.receives(4);
    assert.equal(
      node.proposals.map(({ count }) => count),
      [3, 2],
    );
    node.answer(...node.writes);
    await Promise.all(calls);
  }),
);

test(
  'a full queue answers Overloaded at once, an entry over the limit TooLarge',
  withBench(async (bench) => {
    const text = 'x'.repeat(1000);
    const calls = Array.from({ length: clientLimits.maxPendingOperations }, () => bench.write(text));
    const error = await rejection(bench.write(text), 'Overloaded');
    assert.is(error.retryable, true);
    await rejection(bench.write('x'.repeat(clientLimits.maxOperationBytes + 1)), 'TooLarge');
    bench.router.stop();
    const codes = new Set((await Promise.allSettled(calls)).map((call) => call.status));
    assert.equal([...codes], ['rejected']);
  }),
);

test(
  'a queue full of bytes answers Overloaded at once',
  withBench(async (bench) => {
    const text = 'x'.repeat(clientLimits.maxOperationBytes);
    const fitting = Math.floor(clientLimits.maxPendingBytes / (clientLimits.maxOperationBytes + 100));
    const calls = Array.from({ length: fitting }, () => bench.write(text));
    await rejection(bench.write(text), 'Overloaded');
    bench.router.stop();
    await Promise.allSettled(calls);
  }),
);

test.run();
