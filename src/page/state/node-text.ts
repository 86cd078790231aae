/** What the page says of a node, and what would become of the others without it. */
import type { NodePicture } from '../../service/picture.js';

export function roleText({ role, paused, stopReason, answers }: NodePicture): string {
  if (role === 'stopped')
    return stopReason === undefined || stopReason === 'stopped' ? 'stopped' : `stopped (${stopReason})`;
  if (paused) return `paused ${role}`;
  if (role === 'preCandidate') return 'pre-candidate';
  return answers ? role : `silent ${role}`;
}

/** Which of six colours a term has: the next one another. */
export function termTone(term: number): number {
  return term % 6;
}

/** Of the voters, after this node is gone. */
export function leavesNoMajority(nodes: readonly NodePicture[], id: number): boolean {
  const voters = nodes.filter(({ voter }) => voter);
  const left = voters.filter((node) => node.id !== id && node.role !== 'stopped' && !node.paused);
  return voters.some((node) => node.id === id) && left.length <= voters.length / 2;
}
