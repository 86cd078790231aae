/**
 * One thread of the floor: the same ports and batches as an actor of a three-node cluster, and nothing else. No
 * terms, no log, no state, no faults: what is left is the cost of threads and messages.
 */
import type { MessagePort } from 'node:worker_threads';
import { parentPort, workerData } from 'node:worker_threads';

export type FloorRole =
  | { readonly kind: 'leader'; readonly host: MessagePort; readonly links: MessagePort[]; readonly store: MessagePort }
  | { readonly kind: 'follower'; readonly link: MessagePort; readonly store: MessagePort }
  | { readonly kind: 'link'; readonly ends: readonly [MessagePort, MessagePort] }
  | { readonly kind: 'store'; readonly node: MessagePort; readonly host?: MessagePort };

/** The operations from `first` up to `end` of one client turn, packed one behind the other. */
export interface Proposal {
  readonly first: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}
/** What the leader sends to followers and store: proposals that waited together. */
interface Batch {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}
interface CommittedBatch extends Batch {
  readonly ranges: Range[];
}
interface Acknowledgement {
  readonly sequence: number;
}
type Range = readonly [first: number, end: number];
export interface Answers {
  readonly ranges: readonly Range[];
}

const maxBatchesInFlight = 2;

/** One buffer of its own for all the parts, since posting a view would copy all that lies beneath it. */
export function pack(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const packed = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    packed.set(part, offset);
    offset += part.length;
  }
  return packed;
}

/**
 * Collects what the host sends in a turn, replicates it as one batch, and passes it on at the first acknowledgement:
 * two of three have it.
 */
function lead({ host, links, store }: Extract<FloorRole, { kind: 'leader' }>): void {
  const inFlight = new Map<number, CommittedBatch>();
  let waiting: Proposal[] = [];
  let sequence = 0;
  const flush = (): void => {
    if (waiting.length === 0 || inFlight.size >= maxBatchesInFlight) return;
    const bytes = pack(waiting.map((proposal) => proposal.bytes));
    const ranges = waiting.map((proposal): Range => [proposal.first, proposal.end]);
    waiting = [];
    sequence += 1;
    inFlight.set(sequence, { sequence, bytes, ranges });
    for (const link of links) link.postMessage({ sequence, bytes } satisfies Batch);
  };
  const acknowledge = (acknowledgement: Acknowledgement): void => {
    const batch = inFlight.get(acknowledgement.sequence);
    if (batch === undefined) return; // the other follower was first
    inFlight.delete(acknowledgement.sequence);
    store.postMessage(batch);
    flush();
  };
  host.on('message', (proposal: Proposal) => {
    waiting.push(proposal);
    if (waiting.length === 1) setImmediate(flush);
  });
  for (const link of links) link.on('message', acknowledge);
}

function follow({ link, store }: Extract<FloorRole, { kind: 'follower' }>): void {
  link.on('message', ({ sequence, bytes }: Batch) => {
    link.postMessage({ sequence } satisfies Acknowledgement);
    store.postMessage({ sequence, bytes } satisfies Batch);
  });
}

function forward([a, b]: readonly [MessagePort, MessagePort]): void {
  a.on('message', (message: unknown) => b.postMessage(message));
  b.on('message', (message: unknown) => a.postMessage(message));
}

function answer({ node, host }: Extract<FloorRole, { kind: 'store' }>): void {
  node.on('message', ({ ranges }: CommittedBatch) => host?.postMessage({ ranges } satisfies Answers));
}

function play(role: FloorRole): void {
  switch (role.kind) {
    case 'leader': {
      lead(role);
      return;
    }
    case 'follower': {
      follow(role);
      return;
    }
    case 'link': {
      forward(role.ends);
      return;
    }
    case 'store': {
      answer(role);
      return;
    }
  }
}

// The host imports this file for its types and `pack`; only a worker has a parent to report to.
if (parentPort !== null) {
  play(workerData as FloorRole);
  parentPort.postMessage('up');
}
