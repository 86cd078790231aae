/**
 * How many replicas each broker has in a part of the image: in a chunk, in a topic, in a bucket of topics, in all of it.
 * So what a broker holds is found by looking only into parts that hold some of it. Derived from the replica lists, hence
 * neither in snapshots nor in digests. Immutable.
 */
import type { PartitionInfo } from './model.js';

/** [broker, count, broker, count, …]: ids grow, counts are above 0. */
export type ReplicaCounts = readonly number[];

export interface SummedCounts {
  readonly parts: readonly ReplicaCounts[];
  /** Of all parts. */
  readonly total: ReplicaCounts;
}

/** The same while a batch changes it; the lists themselves are replaced, never changed. */
export interface SummedCountsDraft {
  readonly parts: ReplicaCounts[];
  total: ReplicaCounts;
}

export const NO_REPLICAS: ReplicaCounts = [];

export function noCounts(parts: number): SummedCounts {
  return { parts: new Array<ReplicaCounts>(parts).fill(NO_REPLICAS), total: NO_REPLICAS };
}

export function countReplicas(partitions: readonly (PartitionInfo | null)[]): ReplicaCounts {
  const counts: number[] = [];
  for (const partition of partitions) {
    if (partition !== null) for (const id of partition.replicas) addTo(counts, id, 1);
  }
  // What grew has room to grow further: only its content is kept.
  return counts.slice();
}

export function countOf(counts: ReplicaCounts, id: number): number {
  const place = placeOf(counts, id);
  return place < counts.length && counts[place] === id ? (counts[place + 1] ?? 0) : 0;
}

export function brokersOf(counts: ReplicaCounts): number[] {
  return counts.filter((_, place) => place % 2 === 0);
}

export function draftCounts({ parts, total }: SummedCounts): SummedCountsDraft {
  return { parts: [...parts], total };
}

/** Of one part, the share `before` is replaced by `after`. */
export function exchangeShare(
  counts: SummedCountsDraft,
  part: number,
  before: ReplicaCounts,
  after: ReplicaCounts,
): void {
  counts.parts[part] = exchanged(counts.parts[part] ?? NO_REPLICAS, [[before, after]]);
  counts.total = exchanged(counts.total, [[before, after]]);
}

/** The sum after shares of it were replaced, each by the one behind it. */
export function exchanged(sum: ReplicaCounts, shares: readonly (readonly [ReplicaCounts, ReplicaCounts])[]): ReplicaCounts {
  const next = [...sum];
  for (const [before, after] of shares) {
    addAll(next, before, -1);
    addAll(next, after, 1);
  }
  return next;
}

function addAll(sum: number[], counts: ReplicaCounts, sign: 1 | -1): void {
  for (let place = 0; place < counts.length; place += 2) {
    addTo(sum, counts[place] ?? 0, sign * (counts[place + 1] ?? 0));
  }
}

function addTo(counts: number[], id: number, by: number): void {
  const place = placeOf(counts, id);
  const isKnown = place < counts.length && counts[place] === id;
  const count = isKnown ? (counts[place + 1] ?? 0) + by : by;
  if (count === 0) counts.splice(place, 2);
  else if (isKnown) counts[place + 1] = count;
  else insert(counts, place, id, count);
}

/** `splice` takes several times as long. */
function insert(counts: number[], place: number, id: number, count: number): void {
  counts.push(id, count);
  for (let to = counts.length - 1; to > place + 1; to -= 1) counts[to] = counts[to - 2] ?? 0;
  counts[place] = id;
  counts[place + 1] = count;
}

/** Where the id stands, or would. */
function placeOf(counts: ReplicaCounts, id: number): number {
  let from = 0;
  let to = counts.length >> 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((counts[middle * 2] ?? 0) < id) from = middle + 1;
    else to = middle;
  }
  return from * 2;
}
