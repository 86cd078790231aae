/**
 * The virtual clock: what will happen, ordered by time and, at equal times, by the order of scheduling. A binary heap.
 * Time moves only when an event is taken; one millisecond of it costs nothing.
 */
import { assert, must } from '../assert.js';

interface ScheduledEvent {
  readonly atMs: number;
  readonly order: number;
  readonly happen: () => void;
}

export interface EventQueue {
  nowMs: number;
  scheduled: number;
  readonly heap: ScheduledEvent[];
}

/** Times are whole multiples of 2^-10 ms, so that their sums and differences are exact. */
const TICKS_A_MS = 1024;

export function wholeTicks(ms: number): number {
  return Math.round(ms * TICKS_A_MS) / TICKS_A_MS;
}

export function createEventQueue(): EventQueue {
  return { nowMs: 0, scheduled: 0, heap: [] };
}

export function schedule(queue: EventQueue, delayMs: number, happen: () => void): void {
  assert(delayMs >= 0, `delay of ${delayMs} ms`);
  const { heap } = queue;
  queue.scheduled += 1;
  const event: ScheduledEvent = { atMs: queue.nowMs + wholeTicks(delayMs), order: queue.scheduled, happen };
  let position = heap.length;
  heap.push(event);
  while (position > 0) {
    const parentPosition = (position - 1) >> 1;
    const parent = must(heap[parentPosition], 'parent event');
    if (!isBefore(event, parent)) break;
    heap[position] = parent;
    position = parentPosition;
  }
  heap[position] = event;
}

/** Moves the clock to the next event and makes it happen; false when there is none. */
export function happenNext(queue: EventQueue): boolean {
  const { heap } = queue;
  const next = heap[0];
  if (next === undefined) return false;
  const last = must(heap.pop(), 'last event');
  if (heap.length > 0) sinkFromRoot(heap, last);
  queue.nowMs = next.atMs;
  next.happen();
  return true;
}

function sinkFromRoot(heap: ScheduledEvent[], event: ScheduledEvent): void {
  const { length } = heap;
  let position = 0;
  for (;;) {
    let childPosition = 2 * position + 1;
    if (childPosition >= length) break;
    let child = must(heap[childPosition], 'child event');
    const sibling = heap[childPosition + 1];
    if (sibling !== undefined && isBefore(sibling, child)) {
      child = sibling;
      childPosition += 1;
    }
    if (!isBefore(child, event)) break;
    heap[position] = child;
    position = childPosition;
  }
  heap[position] = event;
}

function isBefore(one: ScheduledEvent, other: ScheduledEvent): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
