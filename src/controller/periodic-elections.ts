/**
 * When the passes over all partitions come: each at its interval, as in KRaft, and again at once while there is more
 * than one pass may do. What a pass elects is in the file of its name.
 */
import type { Image } from '../metadata/image.js';
import { findPartition, findTopic } from '../metadata/image.js';
import type { Operation, PartitionInfo } from '../metadata/model.js';
import type { OperationData } from '../metadata/operations.js';
import type { Moment } from '../state-machine/hosted-controller.js';
import type { ControllerPart } from './controller-part.js';
import type { ElectionPass } from './election-pass.js';

const INTERVAL_MS = 300_000;
/** A pass that does not show in the metadata may have been dropped on its way into the log. */
const PASS_AGAIN_MS = 1_000;

export class PeriodicElections implements ControllerPart {
  readonly #pass: (image: Image) => ElectionPass;
  #dueAt = 0;
  /** Of a pass after which there is more: the last partition of it, as it was; until another has its place. */
  #last: PartitionInfo | null = null;

  constructor(pass: (image: Image) => ElectionPass) {
    this.#pass = pass;
  }

  lead({ now }: Moment): void {
    this.#dueAt = now + INTERVAL_MS;
    this.#last = null;
  }

  operations(image: Image, { now }: Moment): Operation[] {
    const hasShown = this.#last !== null && partitionOf(image, this.#last) !== this.#last;
    if (now < this.#dueAt && !hasShown) return [];
    const { operations, hasMore } = this.#pass(image);
    this.#dueAt = now + (hasMore ? PASS_AGAIN_MS : INTERVAL_MS);
    this.#last = hasMore ? lastOf(image, operations) : null;
    return [...operations];
  }

  nextDueAt(): number {
    return this.#dueAt;
  }
}

function partitionOf(
  image: Image,
  { topic, partition }: Pick<PartitionInfo, 'topic' | 'partition'>,
): PartitionInfo | null {
  const record = findTopic(image, topic);
  return (record && findPartition(record, partition)) ?? null;
}

function lastOf(image: Image, operations: readonly Operation[]): PartitionInfo | null {
  const { partitions = [] } = operations.at(-1)?.data as OperationData['elect_leaders'];
  const last = partitions.at(-1);
  return last === undefined ? null : partitionOf(image, last);
}
