/** The members around a node, as the configuration in force names them. */
import { includesMember, latestConfiguration, sameMember } from './configuration.js';
import { lastLogIndex } from './log.js';
import type { Configuration, Member } from './messages.js';
import { createProgress, type Progress } from './progress.js';
import { majorityOf } from './quorum.js';
import type { RaftState } from './state.js';

export function currentConfiguration(state: RaftState): Configuration {
  return latestConfiguration(state.configurations).configuration;
}

export function isVoter(state: RaftState): boolean {
  return includesMember(currentConfiguration(state).voters, state.self);
}

export function findPeer(state: RaftState, member: Member): Progress | undefined {
  return state.peers.find((peer) => sameMember(peer.member, member));
}

/** Makes `peers` follow the configuration in force; what is known of members that stay is kept. */
export function refreshPeers(state: RaftState): void {
  const { voters, learners } = currentConfiguration(state);
  const members = [...voters, ...learners].filter((member) => !sameMember(member, state.self));
  state.peers = members.map((member) => {
    const peer = findPeer(state, member) ?? createPeer(state, member);
    peer.voter = includesMember(voters, member);
    return peer;
  });
}

function createPeer(state: RaftState, member: Member): Progress {
  const peer = createProgress(member, false);
  peer.nextIndex = lastLogIndex(state.log) + 1;
  return peer;
}

/** Whether a majority of the voters satisfies `test`, this node always where it is a voter. */
export function isQuorum(state: RaftState, test: (peer: Progress) => boolean): boolean {
  const { voters } = currentConfiguration(state);
  const self = isVoter(state) ? 1 : 0;
  return self + state.peers.filter((peer) => peer.voter && test(peer)).length >= majorityOf(voters.length);
}
