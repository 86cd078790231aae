/**
 * Which changes that were not synced a crash leaves on the disk: chosen by a test that goes through all of them, or
 * drawn.
 */
import { drawChance, drawFraction, drawInteger, type Random } from '../random.js';

/** `position`: in the order in which the unsynced changes were made, among `count` of them. */
export type Survival = (position: number, count: number) => boolean;

export const nothingSurvives: Survival = () => false;
/** Also what the end of a process leaves: the page cache is the machine's. */
export const allSurvives: Survival = () => true;

/** Torn: the first `changes` only. */
export function survivesUpTo(changes: number): Survival {
  return (position) => position < changes;
}

/** Reordered: what came after the first `changes`, without them. */
export function survivesFrom(changes: number): Survival {
  return (position) => position >= changes;
}

const SURVIVALS = ['all', 'none', 'first', 'last', 'some'] as const;

export function drawSurvival(random: Random): Survival {
  const kind = SURVIVALS[drawInteger(random, 0, SURVIVALS.length)];
  const part = drawFraction(random);
  switch (kind) {
    case 'none':
      return nothingSurvives;
    case 'first':
      return (position, count) => position < Math.round(part * count);
    case 'last':
      return (position, count) => position >= Math.round(part * count);
    case 'some':
      return () => drawChance(random, part);
    default:
      return allSurvives;
  }
}
