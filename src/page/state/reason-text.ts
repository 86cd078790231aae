/** Why all is not well, in a line: what kind of thing, how many, and the names of a few. */
import type { HealthProblem } from '../../index.js';
import { whole } from './numbers.js';

/** One, and more. */
const NOUNS: Readonly<Record<string, readonly [one: string, more: string]>> = {
  stoppedNodes: ['node is stopped', 'nodes are stopped'],
  pausedNodes: ['node is paused', 'nodes are paused'],
  nodesNotVoting: ['node has no vote yet', 'nodes have no vote yet'],
  laggingNodes: ['node lags behind', 'nodes lag behind'],
  unconnectedLinks: ['link is not connected', 'links are not connected'],
  fencedBrokers: ['broker is fenced', 'brokers are fenced'],
  offlinePartitions: ['partition has no leader', 'partitions have no leader'],
  underReplicatedPartitions: ['partition is under-replicated', 'partitions are under-replicated'],
  underMinIsrPartitions: ['partition is under its min ISR', 'partitions are under their min ISR'],
};

const SHOWN_NAMES = 5;

/** One of a kind that this page does not know is told as the service words it. */
export function reasonText({ reason, count, names, detail }: HealthProblem): string {
  if (reason === 'noLeader') return 'there is no leader';
  const nouns = NOUNS[reason];
  if (nouns === undefined) return detail;
  const shown = names.slice(0, SHOWN_NAMES).join(', ');
  return `${whole(count)} ${count === 1 ? nouns[0] : nouns[1]}: ${shown}${count > SHOWN_NAMES ? ', …' : ''}`;
}
