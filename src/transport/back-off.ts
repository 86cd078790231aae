/**
 * How long a link waits before it dials again: exponential with jitter, so that links which failed together do not
 * retry together.
 */
import { drawFraction } from '../random.js';
import type { Random } from '../random.js';
import { LinkLimits } from './limits.js';

/** Milliseconds to wait after `failures` failed attempts in a row, the last one included. */
export function backOffMs(failures: number, random: Random): number {
  const { initialBackOffMs, maxBackOffMs, backOffFactor, backOffJitter } = LinkLimits;
  const full = Math.min(maxBackOffMs, initialBackOffMs * backOffFactor ** (failures - 1));
  return full * (1 - backOffJitter * drawFraction(random));
}
