/** What is to happen, by virtual time: one thing at a time, in an order that the seed alone decides. */
import type { Random } from '../../../../src/random.js';
import { drawFraction } from '../../../../src/random.js';
import { demand } from '../finding.js';

/** So many things at one moment are a loop that does not end. */
const MOST_AT_ONCE = 2_000;

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly happen: () => void;
}

export class VirtualTime {
  readonly random: Random;
  now = 0;
  #order = 0;
  #atOnce = 0;
  /** A heap: the next is first. */
  readonly #planned: Planned[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  after(delayMs: number, happen: () => void): void {
    this.at(this.now + delayMs, happen);
  }

  at(atMs: number, happen: () => void): void {
    this.#order += 1;
    const planned = this.#planned;
    planned.push({ atMs: Math.max(atMs, this.now), order: this.#order, happen });
    for (let place = planned.length - 1; place > 0;) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(place, parent)) break;
      this.#swap(place, parent);
      place = parent;
    }
  }

  /** From [0, most). */
  delay(mostMs: number): number {
    return drawFraction(this.random) * mostMs;
  }

  runUntil(atMs: number): void {
    for (let next = this.#planned[0]; next !== undefined && next.atMs <= atMs; next = this.#planned[0]) {
      this.#atOnce = next.atMs === this.now ? this.#atOnce + 1 : 0;
      const { now } = this;
      demand(this.#atOnce < MOST_AT_ONCE, 'time goes on', () => `at ${now} ms something happens for ever`);
      this.now = next.atMs;
      this.#takeFirst();
      next.happen();
    }
    this.now = atMs;
  }

  #takeFirst(): void {
    const planned = this.#planned;
    const last = planned.pop();
    if (last === undefined || planned.length === 0) return;
    planned[0] = last;
    for (let place = 0; ;) {
      const child = 2 * place + 1;
      const least = child + 1 < planned.length && this.#isBefore(child + 1, child) ? child + 1 : child;
      if (least >= planned.length || !this.#isBefore(least, place)) return;
      this.#swap(least, place);
      place = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#planned[one] as Planned, this.#planned[other] as Planned];
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const planned = this.#planned;
    [planned[one], planned[other]] = [planned[other] as Planned, planned[one] as Planned];
  }
}

/** Messages that keep their order, each with a delay of its own. */
export class Lane {
  readonly #time: VirtualTime;
  readonly #mostMs: () => number;
  #lastAt = 0;

  constructor(time: VirtualTime, mostMs: () => number) {
    this.#time = time;
    this.#mostMs = mostMs;
  }

  /** What has been sent stands still until then. */
  stallUntil(atMs: number): void {
    this.#lastAt = Math.max(this.#lastAt, atMs);
  }

  send(arrive: () => void): void {
    this.#lastAt = Math.max(this.#lastAt, this.#time.now + this.#time.delay(this.#mostMs()));
    this.#time.at(this.#lastAt, arrive);
  }
}
