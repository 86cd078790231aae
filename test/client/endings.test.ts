/** How calls end without an answer: what never left certainly has no effect, what left is of unknown outcome. */
import { getEventListeners } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/deadline.js';
import { clientLimits } from '../../src/client/limits.js';
import { rejection, withBench } from './client-suite.js';

const test = suite('calls that end without an answer');

test(
  'a write that never left ends at its deadline: NoLeader where nobody leads, Timeout where the leader takes none',
  withBench(async (bench) => {
    const error = await rejection(bench.write('a', { timeoutMs: 20 }), 'NoLeader');
    assert.is(error.retryable, true);
    const node = bench.node(1);
    await node.lead(1, null);
    assert.is((await rejection(bench.write('b', { timeoutMs: 20 }), 'Timeout')).retryable, true);
    await node.lead(1, 2);
    void bench.write('c');
    await node.receives(1);
    assert.equal(node.commands, ['c'], 'neither of the two is sent any more');
  }),
);

test(
  'a write that left ends at its deadline as OutcomeUnknown, with the id to repeat it under',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const error = await rejection(bench.write('a', { timeoutMs: 20 }), 'OutcomeUnknown');
    assert.is(error.retryable, false);
    assert.is(error.details['cause'], 'Timeout');
    assert.match(String(error.details['requestId']), /^[0-9a-f-]{36}:1$/);
    const own = await rejection(bench.write('b', { timeoutMs: 20, requestId: 'mine' }), 'OutcomeUnknown');
    assert.is(own.details['requestId'], 'mine');
  }),
);

test(
  'a write of unknown outcome is not sent again, and those after it are',
  withBench(async (bench) => {
    const first = bench.node(1);
    const second = bench.node(2);
    await first.lead(1);
    const lost = bench.write('a', { timeoutMs: 20 });
    const kept = bench.write('b');
    await rejection(lost, 'OutcomeUnknown');
    await second.lead(2);
    await second.receives(1);
    assert.equal(second.commands, ['b']);
    second.answer(...second.writes);
    assert.is((await kept).result, 'b');
  }),
);

test(
  'deadlines hold in any order of calls',
  withBench(async (bench) => {
    const ended: string[] = [];
    const calls = [60, 20, 40].map(async (timeoutMs) => {
      await rejection(bench.write('a', { timeoutMs }), 'NoLeader');
      ended.push(String(timeoutMs));
    });
    await Promise.all(calls);
    assert.equal(ended, ['20', '40', '60']);
  }),
);

test(
  'an abort ends a waiting write as Aborted, one that left as OutcomeUnknown, and an aborted signal sends nothing',
  withBench(async (bench) => {
    const node = bench.node(1);
    const waiting = new AbortController();
    const never = bench.write('a', { signal: waiting.signal });
    waiting.abort();
    await rejection(never, 'Aborted');
    await rejection(bench.write('b', { signal: waiting.signal }), 'Aborted');
    await node.lead(1);
    const leaving = new AbortController();
    const left = bench.write('c', { signal: leaving.signal });
    await node.receives(1);
    leaving.abort();
    assert.is((await rejection(left, 'OutcomeUnknown')).details['cause'], 'Aborted');
    assert.equal(node.commands, ['c']);
  }),
);

test(
  'a write aborted while the window is full leaves its place to the next',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const filling = Array.from({ length: clientLimits.maxInFlightOperations - 1 }, () => bench.write('a'));
    await node.receives(filling.length);
    const controller = new AbortController();
    const aborted = bench.write('b', { signal: controller.signal });
    const next = bench.write('c');
    controller.abort();
    await rejection(aborted, 'Aborted');
    node.answer(...node.writes);
    await node.receives(filling.length + 1);
    assert.is(node.commands.at(-1), 'c');
    node.answer(...node.writes.slice(-1));
    assert.is((await next).result, 'c');
  }),
);

test(
  'a thousand calls share one listener on their signal, which goes with the last of them',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const { signal } = new AbortController();
    const calls = Array.from({ length: 1000 }, () => bench.write('a', { signal }));
    assert.is(getEventListeners(signal, 'abort').length, 1);
    await node.receives(1000);
    node.answer(...node.writes);
    await Promise.all(calls);
    assert.is(getEventListeners(signal, 'abort').length, 0);
  }),
);

test(
  '10,000 pending calls all settle at a stop: those that left as OutcomeUnknown, the others as Stopped',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const sent = Array.from({ length: 5000 }, () => bench.write('a'));
    await node.receives(5000);
    await node.lead(1, null);
    const waiting = Array.from({ length: 4000 }, (_, position) => bench.write('b', { timeoutMs: 60_000 + position }));
    const reads = Array.from({ length: 1000 }, () => bench.read('c'));
    bench.router.stop();
    const unknown = await Promise.all(sent.map((call) => rejection(call, 'OutcomeUnknown')));
    assert.is(unknown.filter(({ details }) => details['cause'] === 'Stopped').length, 5000);
    await Promise.all([...waiting, ...reads].map((call) => rejection(call, 'Stopped')));
    await rejection(bench.write('d'), 'Stopped');
    await rejection(bench.read('e'), 'Stopped');
  }),
);

test(
  'a majority lost for good ends all calls at once, and later ones too',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const left = bench.write('a');
    await node.receives(1);
    await node.lead(1, null);
    const waiting = bench.write('b');
    const read = bench.read('c');
    bench.router.setPermanentlyLost(true);
    assert.is((await rejection(left, 'OutcomeUnknown')).details['cause'], 'Stopped');
    for (const call of [waiting, read, bench.write('d'), bench.read('e')]) {
      const error = await rejection(call, 'NoLeader');
      assert.is(error.details['permanent'], true);
      assert.is(error.retryable, false);
    }
    assert.throws(
      () => bench.router.checkNotLost(),
      (error: unknown) => (error as { code?: unknown }).code === 'NoLeader',
    );
    const local = bench.read('f', { consistency: 'local' });
    await eventually(() => node.localReads.length === 1, 'a local read still has someone to answer it');
    node.reply(1, () => 'still');
    assert.is(await local, 'still');
  }),
);

test.run();
