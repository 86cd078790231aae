/** Membership changes on a test network. */
import type { Configuration, MembershipChange } from '../../../src/raft/messages.js';
import { raftStatus } from '../../../src/raft/status.js';
import {
  addNode,
  createNetwork,
  elect,
  memberOf,
  nodeOf,
  settle,
  stateOf,
  storedState,
  turn,
  type Network,
} from './network.js';

let lastRequest = 0;

/** The reason of the refusal, null when done, undefined while open. */
export function change(network: Network, id: number, asked: MembershipChange): string | null | undefined {
  lastRequest += 1;
  turn(network, id, { kind: 'changeMembership', id: lastRequest, change: asked });
  settle(network);
  return nodeOf(network, id).answers.find((answer) => answer.id === lastRequest)?.refused;
}

function idsOf({ voters, learners }: Configuration): [number[], number[]] {
  return [voters.map(({ id }) => id), learners.map(({ id }) => id)];
}

export function configurationAt(network: Network, id: number): [number[], number[]] {
  return idsOf(raftStatus(stateOf(network, id)).configuration);
}

export function led(ids: readonly number[] = [1, 2, 3], limits = {}): Network {
  const network = createNetwork(ids, limits);
  elect(network, 1);
  return network;
}

export function addBlank(network: Network, id: number, incarnation = 'a'): void {
  addNode(network, { member: memberOf(id, incarnation), stored: storedState({ voters: [], learners: [] }) });
}
