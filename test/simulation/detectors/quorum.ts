/** Majorities against a count by hand, over drawn indexes and votes. */
import { quorumIndex, voteResult } from '../../../src/raft/quorum.js';
import { createRandom, drawInteger } from '../../../src/random.js';
import { demand } from './finding.js';

export function countByHand(seed: number): void {
  const random = createRandom(seed);
  const voters = drawInteger(random, 1, 8);
  const highest = [3, 15, 2000][drawInteger(random, 0, 3)] ?? 3;
  const indexes = Array.from({ length: voters }, () => drawInteger(random, 0, highest));
  let expected = 0;
  for (const index of indexes) {
    const reached = indexes.filter((each) => each >= index).length;
    if (reached * 2 > voters && index > expected) expected = index;
  }
  const found = quorumIndex(indexes);
  demand(found === expected, 'quorum by hand', () => `${indexes.join(' ')}: ${found} instead of ${expected}`);
  const votes = Array.from({ length: voters }, () => [true, false, null][drawInteger(random, 0, 3)] ?? null);
  const result = voteResult(votes);
  const granted = votes.filter((vote) => vote === true).length;
  const possible = votes.filter((vote) => vote !== false).length;
  const right = granted * 2 > voters ? 'won' : possible * 2 > voters ? 'pending' : 'lost';
  demand(result === right, 'quorum by hand', () => `votes ${votes.join(' ')}: ${result} instead of ${right}`);
}
