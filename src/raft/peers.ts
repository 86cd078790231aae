/** The members around a node, as the configuration in force names them. */
import { includesMember, latestConfiguration, sameMember } from './configuration.js';
import type { Configuration, Member } from './messages.js';
import type { Progress } from './progress.js';
import { majorityOf } from './quorum.js';
import type { RaftState } from './state.js';

export function currentConfiguration(state: RaftState): Configuration {
  return latestConfiguration(state.configurations).configuration;
}

export function isVoter(state: RaftState): boolean {
  return includesMember(currentConfiguration(state).voters, state.self);
}

/**
 * Also a voter whose removal is not known to be committed: it may hold the only log with which an election can be won
 * (thesis 4.2.2), though its own vote does not count then.
 */
export function mayCampaign(state: RaftState): boolean {
  const committed = state.configurations.findLastIndex((placed) => placed.index <= state.commitIndex);
  const possible = state.configurations.slice(Math.max(0, committed));
  return possible.some(({ configuration }) => includesMember(configuration.voters, state.self));
}

export function findPeer(state: RaftState, member: Member): Progress | undefined {
  return state.peers.find((peer) => sameMember(peer.member, member));
}

/** Whether a majority of the voters satisfies `test`, this node always where it is a voter. */
export function isQuorum(state: RaftState, test: (peer: Progress) => boolean): boolean {
  const { voters } = currentConfiguration(state);
  const self = isVoter(state) ? 1 : 0;
  return self + state.peers.filter((peer) => peer.voter && test(peer)).length >= majorityOf(voters.length);
}
