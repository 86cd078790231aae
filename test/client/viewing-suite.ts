/**
 * What tests of views start with, besides what watches do: views of fake nodes, and calls that are answered by hand.
 */
import { must } from '../../src/assert.js';
import type { MetadataStore } from '../../src/client/metadata-store.js';
import type { MetadataView } from '../../src/client/metadata-view.js';
import { withDeadline } from '../support/deadline.js';
import type { Bench } from './client-suite.js';
import type { FakeNode } from './fake-node.js';

export const epochIn = (view: MetadataView): number | undefined => view.getPartition('t', 0)?.leaderEpoch;

/** The view of a store whose node answers the read of now with this index. */
export async function viewOf(node: FakeNode, store: MetadataStore, index = 2): Promise<MetadataView> {
  const view = store.view();
  const before = node.reads.length;
  await node.receivesReads(before + 1);
  node.reply(index, () => undefined);
  return withDeadline('a view', 10_000, view);
}

/** Whether it has settled once all that was posted before has been handled. */
export async function isSettled(bench: Bench, node: FakeNode, call: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  call.then(note, note);
  const before = node.reads.length;
  const read = bench.read('whatever');
  await node.receivesReads(before + 1);
  node.reply(1, () => undefined);
  await read;
  return settled;
}

/** Answers the write that came last. */
export function answerAt(node: FakeNode, index: number): void {
  const { session, sequence } = must(node.writes.at(-1), 'a write');
  node.postAnswers([{ session, sequence, index, result: { value: { id: index } } }]);
}

export function register(store: MetadataStore): Promise<unknown> {
  const call = store.registerBroker({ id: 9, addr: 'a:1' });
  // Its rejection may be looked at later than it happens, or never.
  call.catch(() => undefined);
  return call;
}
