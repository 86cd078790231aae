/**
 * The randomness of placement: a seed that the operation carries, so that every node draws the same numbers. Which
 * numbers a strategy draws, and in which order, is part of the format.
 */
import { createRandom, drawInteger } from '../../random.js';
import { hashOf } from '../buckets.js';

/** A whole number in [0, bound). */
export type Draw = (bound: number) => number;

/** Topics of one operation, and topics without a seed, begin at different places since the name is mixed in. */
export function createDraw(seed: number, topic: string): Draw {
  const random = createRandom(seed ^ hashOf(topic));
  return (bound) => drawInteger(random, 0, bound);
}

/** In place. */
export function shuffle(items: unknown[], draw: Draw): void {
  for (let left = items.length; left > 1; left -= 1) {
    const place = draw(left);
    [items[place], items[left - 1]] = [items[left - 1], items[place]];
  }
}
