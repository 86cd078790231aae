/** What tests of watches and views start with: fake nodes whose stores tell what the test applies there. */
import type { MetadataStore } from '../../src/client/metadata-store.js';
import { leaderChange, registration, topic } from '../metadata/watching/replica.js';
import { withDeadline } from '../support/deadline.js';
import type { Bench } from './client-suite.js';
import type { FakeNode } from './fake-node.js';

type Items = ReturnType<MetadataStore['watch']>;
export type Iterator = AsyncIterator<{ index: number }, unknown>;

export const iteratorOf = (items: Items): Iterator => items[Symbol.asyncIterator]();

/** The indexes of so many items, read one after the other. */
export async function read(iterator: Iterator, count: number): Promise<number[]> {
  const indexes: number[] = [];
  while (indexes.length < count) {
    const item = await withDeadline('an item', 10_000, iterator.next());
    if (item.done === true) throw new Error(`ended after ${indexes.length} items`);
    indexes.push(item.value.index);
  }
  return indexes;
}

export async function isDone(iterator: Iterator): Promise<boolean> {
  return (await withDeadline('an end', 10_000, iterator.next())).done === true;
}

export const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** A node with entries 1 and 2 applied: a broker and a topic. */
export function begun(bench: Bench, id: number, life = 1): FakeNode {
  const node = bench.node(id, life);
  node.replica.apply(registration(1), topic('t', 2));
  return node;
}

export async function leading(bench: Bench, id: number, term = 1): Promise<FakeNode> {
  const node = begun(bench, id);
  await node.lead(term);
  return node;
}

export function change(node: FakeNode, count: number): void {
  const { replica } = node;
  for (let done = 0; done < count; done += 1) replica.apply(leaderChange('t', 0, replica.index + 1));
}

/** Watches from now, which is index 2. */
export async function watchNow(node: FakeNode, ...stores: readonly MetadataStore[]): Promise<Iterator[]> {
  const before = node.reads.length;
  const all = stores.map((store) => iteratorOf(store.watch()));
  await node.receivesReads(before + stores.length);
  node.reply(2, () => undefined);
  await node.receivesSubscription();
  return all;
}
