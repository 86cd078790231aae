/**
 * Elects leaders of partitions that have none and could: those whose topic allows unclean elections since, and any
 * that an operator left without one. What brokers' changes call for is elected as they are applied, not here. KRaft
 * has such a pass every 300 s (`unclean.leader.election.interval.ms`).
 */
import type { Image } from '../metadata/image.js';
import type { ElectionPass } from './election-pass.js';
import { passOver } from './election-pass.js';

export function electLeaderless(image: Image): ElectionPass {
  return passOver(image, 'online');
}
