/**
 * One direction of a link: the queue of messages that cannot leave yet, and the faults that decide when, whether and
 * how often each of them does. Knows nothing of connections; `link.ts` asks it for what is due.
 */
import type { LinkFaultSettings, MessageCounts } from '../messages.js';
import type { RaftMessage } from '../raft/messages.js';
import { drawChance, drawFraction } from '../random.js';
import type { Random } from '../random.js';
import { LinkLimits } from './limits.js';
import { estimateBytes } from './packing.js';

/** Counts down to an event. Both directions hold the same one when a fault was set for the whole link. */
export interface Countdown {
  remaining: number;
}

interface QueuedMessage {
  readonly message: RaftMessage;
  readonly dueAt: number;
  readonly bytes: number;
}

export interface Direction {
  cut: boolean;
  faults: LinkFaultSettings;
  /** Messages until the connection breaks. */
  breakAfter: Countdown | null;
  /** Handshakes still to be refused. */
  refusals: Countdown | null;
  /** By due time; of equal ones the first to come is first. */
  queue: QueuedMessage[];
  queuedBytes: number;
  /** Of the last message sent, had it not been held back: none is due before the one ahead of it. */
  lastDueAt: number;
  /** Frames posted to the receiver and not yet taken by it. */
  uncreditedFrames: number;
  delivered: number;
  /** Those delivered, by kind. */
  readonly kinds: MessageCounts;
  dropped: number;
}

export function createDirection(): Direction {
  return {
    cut: false,
    faults: {},
    breakAfter: null,
    refusals: null,
    queue: [],
    queuedBytes: 0,
    lastDueAt: 0,
    uncreditedFrames: 0,
    delivered: 0,
    kinds: noMessages(),
    dropped: 0,
  };
}

function noMessages(): MessageCounts {
  return {
    requestVote: 0,
    requestPreVote: 0,
    voteResponse: 0,
    preVoteResponse: 0,
    appendEntries: 0,
    appendResponse: 0,
    heartbeat: 0,
    heartbeatResponse: 0,
    installSnapshot: 0,
    installSnapshotResponse: 0,
    timeoutNow: 0,
    readIndexRequest: 0,
    readIndexResponse: 0,
  };
}

export function hasCredit(direction: Direction): boolean {
  return direction.uncreditedFrames < LinkLimits.maxUncreditedFrames;
}

/** A frame may be handed on as it came: nothing waits before it and nothing may happen to its messages. */
export function isUnhindered(direction: Direction): boolean {
  const { delayMs = 0, dropRate = 0, duplicateRate = 0, reorderRate = 0 } = direction.faults;
  return (
    direction.queue.length === 0 &&
    direction.breakAfter === null &&
    hasCredit(direction) &&
    delayMs === 0 &&
    dropRate + duplicateRate + reorderRate === 0
  );
}

/** Queues the messages as the faults will have it. */
export function enqueue(direction: Direction, messages: readonly RaftMessage[], now: number, random: Random): void {
  const { dropRate = 0, duplicateRate = 0, reorderRate = 0 } = direction.faults;
  for (const message of messages) {
    if (drawChance(random, dropRate)) {
      direction.dropped += 1;
      continue;
    }
    const dueAt = Math.max(direction.lastDueAt, now + drawDelayMs(direction.faults, random));
    direction.lastDueAt = dueAt;
    const heldBack = drawChance(random, reorderRate);
    insert(direction, message, heldBack ? dueAt + drawHoldBackMs(random) : dueAt);
    if (drawChance(random, duplicateRate)) insert(direction, message, dueAt + drawHoldBackMs(random));
  }
}

/** Removes and returns what is due, at most `limit` messages, in order. */
export function takeDue(direction: Direction, now: number, limit: number): RaftMessage[] {
  const { queue } = direction;
  let count = 0;
  for (const queued of queue) {
    if (count === limit || queued.dueAt > now) break;
    direction.queuedBytes -= queued.bytes;
    count += 1;
  }
  return queue.splice(0, count).map((queued) => queued.message);
}

/** When the next message is due; null when there is none. */
export function nextDueAt(direction: Direction): number | null {
  return direction.queue[0]?.dueAt ?? null;
}

export function discardQueue(direction: Direction): void {
  direction.dropped += direction.queue.length;
  direction.queue = [];
  direction.queuedBytes = 0;
  direction.lastDueAt = 0;
}

/** Replaces the faults. What the earlier ones held back is due now, so that no old delay outlives them. */
export function replaceFaults(direction: Direction, faults: LinkFaultSettings, now: number): void {
  direction.faults = faults;
  direction.queue = direction.queue.map((queued) => ({ ...queued, dueAt: Math.min(queued.dueAt, now) }));
  direction.lastDueAt = Math.min(direction.lastDueAt, now);
}

function insert(direction: Direction, message: RaftMessage, dueAt: number): void {
  const { queue } = direction;
  let position = queue.length;
  while (position > 0 && (queue[position - 1]?.dueAt ?? 0) > dueAt) position -= 1;
  const bytes = estimateBytes(message);
  queue.splice(position, 0, { message, dueAt, bytes });
  direction.queuedBytes += bytes;
  dropOverflow(direction);
}

/** The last message stays whatever its size, or a large one could never pass. */
function dropOverflow(direction: Direction): void {
  const { maxQueuedMessages, maxQueuedBytes } = LinkLimits;
  const { queue } = direction;
  while (queue.length > maxQueuedMessages || (queue.length > 1 && direction.queuedBytes > maxQueuedBytes)) {
    direction.queuedBytes -= queue.shift()?.bytes ?? 0;
    direction.dropped += 1;
  }
}

function drawDelayMs({ delayMs = 0 }: LinkFaultSettings, random: Random): number {
  if (typeof delayMs === 'number') return delayMs;
  const [least, most] = delayMs;
  return least + drawFraction(random) * (most - least);
}

function drawHoldBackMs(random: Random): number {
  return drawFraction(random) * LinkLimits.maxHoldBackMs;
}
