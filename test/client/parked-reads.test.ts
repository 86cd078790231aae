/** Reads that have no answer yet: they wait where they were asked, and are asked anew wherever that ends. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ParkedRead } from '../../src/engine/engine.js';
import { eventually } from '../support/deadline.js';
import { rejection, withBench } from './client-suite.js';
import type { FakeNode } from './fake-node.js';

const test = suite('parked reads');

const textOf = (request: unknown): string => Buffer.from(request as Uint8Array).toString();
const isLate = (request: unknown): boolean => textOf(request).startsWith('late');

/** The answer of a parked read is its own text. */
function answer(node: FakeNode, index: number, ...reads: FakeNode['parkedReads']): void {
  node.answerParked(
    index,
    reads.map(({ batch, place, request }) => ({ batch, place, value: textOf(request) })),
  );
}

const namesOf = (reads: readonly ParkedRead[]): string[] => reads.map(({ batch, place }) => `${batch}:${place}`);

test(
  'one waits for its answer while others of its batch, and of later ones, are answered',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const late = ['late a', 'late b'].map((text) => bench.read(text));
    const soon = bench.read('soon');
    await node.receivesReads(3);
    node.park(5, isLate);
    assert.equal(Buffer.from((await soon) as Uint8Array).toString(), 'soon');
    const next = bench.read('next');
    await node.receivesReads(4);
    node.reply(6, textOf);
    assert.is(await next, 'next');
    answer(node, 7, ...[...node.parkedReads].reverse());
    assert.equal(await Promise.all(late), ['late a', 'late b']);
    assert.equal(node.forgotten, []);
  }),
);

test(
  'its answer may be an error',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const late = bench.read('late');
    await node.receivesReads(1);
    node.park(5, isLate);
    const error = { code: 'UnknownMember', message: 'gone' } as const;
    node.answerParked(
      6,
      node.parkedReads.map(({ batch, place }) => ({ batch, place, error })),
    );
    assert.is((await rejection(late, 'UnknownMember')).message, 'gone');
  }),
);

test(
  'when its caller no longer waits, the node is told; an answer that crosses that is ignored',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const controller = new AbortController();
    const calls = [bench.read('late a', { timeoutMs: 30 }), bench.read('late b', { signal: controller.signal })];
    await node.receivesReads(2);
    node.park(5, isLate);
    await rejection(calls[0] as Promise<unknown>, 'Timeout');
    controller.abort();
    await rejection(calls[1] as Promise<unknown>, 'Aborted');
    await eventually(() => node.forgotten.length === 2, 'both are forgotten');
    assert.equal(namesOf(node.forgotten).sort(), namesOf(node.parkedReads).sort());
    answer(node, 6, ...node.parkedReads);
    const other = bench.read('other');
    await node.receivesReads(3);
    node.reply(7, textOf);
    assert.is(await other, 'other');
  }),
);

test(
  'one that is parked after its caller gave up is forgotten at once',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const call = bench.read('late', { timeoutMs: 30 });
    await node.receivesReads(1);
    await rejection(call, 'Timeout');
    node.park(5, isLate);
    await eventually(() => node.forgotten.length === 1, 'it is forgotten');
  }),
);

test(
  'a new leader is asked anew, and the old one told to forget; its node ending needs no telling',
  withBench(async (bench) => {
    const [first, second, third] = [1, 2, 3].map((id) => bench.node(id)) as [FakeNode, FakeNode, FakeNode];
    await first.lead(1);
    const call = bench.read('late');
    await first.receivesReads(1);
    first.park(5, isLate);
    const marker = bench.read('marker');
    await first.receivesReads(2);
    first.reply(5, textOf);
    await marker;
    await second.lead(2);
    await second.receivesReads(1);
    await eventually(() => first.forgotten.length === 1, 'the old leader forgets');
    second.park(6, isLate);
    answer(first, 7, ...first.parkedReads.map((read) => ({ ...read, request: Buffer.from('from the old one') })));
    const again = bench.read('marker');
    await second.receivesReads(2);
    second.reply(6, textOf);
    await again;
    second.end();
    await third.lead(3);
    await third.receivesReads(1);
    third.park(8, isLate);
    answer(third, 9, ...third.parkedReads);
    assert.is(await call, 'late');
  }),
);

test(
  'local reads are parked too, and stay where they are whoever leads',
  withBench(async (bench) => {
    const [first, second] = [1, 2].map((id) => bench.node(id)) as [FakeNode, FakeNode];
    await first.lead(1);
    const call = bench.read('late', { consistency: 'local' });
    await eventually(() => first.localReads.length === 1, 'the local read');
    first.park(5, isLate);
    await second.lead(2);
    answer(first, 6, ...first.parkedReads);
    assert.is(await call, 'late');
    assert.equal(first.forgotten, []);
    assert.is(second.localReads.length, 0);
  }),
);

test(
  'stop ends them',
  withBench(async (bench) => {
    const node = bench.node(1);
    await node.lead(1);
    const call = bench.read('late');
    await node.receivesReads(1);
    node.park(5, isLate);
    const marker = bench.read('marker');
    await node.receivesReads(2);
    node.reply(5, textOf);
    await marker;
    bench.router.stop();
    await rejection(call, 'Stopped');
  }),
);

test.run();
