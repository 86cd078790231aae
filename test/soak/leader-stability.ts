/**
 * A node that hears nobody, is heard by nobody, or both, for many election time-outs, in virtual time: the cores
 * alone, each timer fired as often as it would fire. PreVote and CheckQuorum have to leave the leader and its term as
 * they are, also when the node is heard again (thesis 4.2.3, 9.6).
 */
import { must } from '../../src/assert.js';
import {
  createNetwork,
  elect,
  fire,
  heal,
  proposeAndSettle,
  settle,
  stateOf,
  type Network,
} from '../raft/support/network.js';

/** Which way messages are lost, from the victim's point of view. */
export type Isolation = 'both' | 'deaf' | 'mute';

export interface StabilityCase {
  readonly nodes: number;
  readonly isolation: Isolation;
  /** From the leader alone: the others still hear the victim, and it them. */
  readonly fromLeaderOnly: boolean;
}

export const STABILITY_CASES: readonly StabilityCase[] = [3, 5, 7].flatMap((nodes) =>
  (['both', 'deaf', 'mute'] as const).flatMap((isolation) =>
    [false, true].map((fromLeaderOnly) => ({ nodes, isolation, fromLeaderOnly })),
  ),
);

const LEADER = 1;
const HEARTBEATS_A_TIMEOUT = 3;

export interface Stability {
  readonly leaderChanges: number;
  /** After the end of the isolation. */
  readonly termGrowth: number;
}

export function endureIsolation({ nodes, isolation, fromLeaderOnly }: StabilityCase, timeouts: number): Stability {
  const ids = Array.from({ length: nodes }, (_, place) => place + 1);
  const network = createNetwork(ids);
  elect(network, LEADER);
  const { term } = stateOf(network, LEADER);
  const victim = nodes;
  network.loses = ({ from, to }) => {
    const other = from.id === victim ? to.id : from.id;
    if ((from.id !== victim && to.id !== victim) || (fromLeaderOnly && other !== LEADER)) return false;
    return isolation === 'both' || (isolation === 'deaf') === (to.id === victim);
  };
  let leaderChanges = 0;
  for (let timeout = 0; timeout < timeouts; timeout += 1) {
    passTimeout(network, isolation === 'mute' ? null : victim);
    if (stateOf(network, LEADER).role !== 'leader' || stateOf(network, LEADER).term !== term) leaderChanges += 1;
  }
  proposeAndSettle(network, LEADER, 'it leads still');
  heal(network);
  passTimeout(network, null);
  const terms = ids.map((id) => stateOf(network, id).term);
  const follows = ids.every((id) => stateOf(network, id).role === (id === LEADER ? 'leader' : 'follower'));
  const applied = ids.every((id) =>
    must(network.nodes.get(id), 'a node').applied.has(stateOf(network, LEADER).commitIndex),
  );
  if (!follows || !applied) leaderChanges += 1;
  return { leaderChanges, termGrowth: Math.max(...terms) - term };
}

/** Who hears the leader restarts its own timers; who does not sees them end. */
function passTimeout(network: Network, unheard: number | null): void {
  for (let count = 0; count < HEARTBEATS_A_TIMEOUT; count += 1) fireArmed(network, LEADER, 'heartbeat');
  fireArmed(network, LEADER, 'checkQuorum');
  if (unheard === null) return;
  fireArmed(network, unheard, 'leaderLease');
  fireArmed(network, unheard, 'election');
}

function fireArmed(
  network: Network,
  id: number,
  timer: 'heartbeat' | 'checkQuorum' | 'leaderLease' | 'election',
): void {
  if (!must(network.nodes.get(id), 'a node').timers.has(timer)) return;
  fire(network, id, timer);
  settle(network);
}
