/**
 * Gives leadership back to preferred replicas that are in sync again: what fences and drains take from them. KRaft has
 * such a pass every 300 s (`leader.imbalance.check.interval.seconds`).
 */
import type { Image } from '../metadata/image.js';
import type { ElectionPass } from './election-pass.js';
import { passOver } from './election-pass.js';

export function balanceLeaders(image: Image): ElectionPass {
  return passOver(image, 'preferred');
}
