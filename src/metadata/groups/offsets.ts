/**
 * The committed offsets of one group, immutable and sharded: a commit copies the few small maps that hold its
 * partitions, however many the group has. Neighbouring partitions of a topic share a shard. The number of shards, the
 * neighbourhood and the hash are constants of the format.
 */
import type { Buckets } from '../buckets.js';
import { emptyBuckets, hashOf, withChanges } from '../buckets.js';
import { compareCodeUnits } from '../code-units.js';
import { partitionId } from '../model.js';

const SHARDS = 512;
const NEIGHBOURS = 32;

export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
  /** Unix ms. */
  readonly committedAt: number;
}

/** By `partitionId`. Shards without offsets are one and the same map: most groups have few. */
export type OffsetTable = Buckets<string, CommittedOffset>;

export const NO_OFFSETS: OffsetTable = emptyBuckets(SHARDS);

/** Of two for one partition the later counts. The table itself when that changes nothing. */
export function withOffsets(table: OffsetTable, committed: readonly CommittedOffset[]): OffsetTable {
  const changes = new Map<string, CommittedOffset>();
  for (const each of committed) changes.set(partitionId(each.topic, each.partition), Object.freeze(each));
  for (const [id, each] of changes) if (isSame(each, table[shardOf(id)]?.get(id))) changes.delete(id);
  return changes.size === 0 ? table : withChanges(table, changes, shardOf);
}

function isSame(one: CommittedOffset, other: CommittedOffset | undefined): boolean {
  return one.offset === other?.offset && one.metadata === other.metadata && one.committedAt === other.committedAt;
}

export function withoutOffsets(table: OffsetTable, removed: readonly CommittedOffset[]): OffsetTable {
  const changes = removed.map(({ topic, partition }) => [partitionId(topic, partition), null] as const);
  return withChanges(table, new Map(changes), shardOf);
}

/** By topic, then by partition. */
export function listOffsets(table: OffsetTable): CommittedOffset[] {
  return differingOffsets(table, NO_OFFSETS);
}

/** Those that the other table lacks or has otherwise; by topic, then by partition. */
export function differingOffsets(table: OffsetTable, other: OffsetTable): CommittedOffset[] {
  const offsets: CommittedOffset[] = [];
  table.forEach((shard, number) => {
    const counterpart = other[number];
    if (shard === counterpart) return;
    for (const [id, committed] of shard) if (counterpart?.get(id) !== committed) offsets.push(committed);
  });
  return offsets.sort((a, b) => compareCodeUnits(a.topic, b.topic) || a.partition - b.partition);
}

/** Looks into the shards of these partitions alone. */
export function offsetsOfTopic(table: OffsetTable, topic: string, partitions: number): CommittedOffset[] {
  const offsets: CommittedOffset[] = [];
  if (table === NO_OFFSETS) return offsets;
  for (let first = 0; first < partitions; first += NEIGHBOURS) {
    const shard = table[shardOf(partitionId(topic, first))];
    if (shard === undefined || shard.size === 0) continue;
    for (let partition = first; partition < Math.min(partitions, first + NEIGHBOURS); partition += 1) {
      const committed = shard.get(partitionId(topic, partition));
      if (committed !== undefined) offsets.push(committed);
    }
  }
  return offsets;
}

/** `id`: a `partitionId`. */
function shardOf(id: string): number {
  const colon = id.lastIndexOf(':');
  const neighbourhood = Math.floor(Number(id.slice(colon + 1)) / NEIGHBOURS);
  return hashOf(`${id.slice(0, colon)}:${neighbourhood}`) % SHARDS;
}
