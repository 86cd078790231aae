/**
 * Changes of the configuration, one member at a time (thesis 4.1, 4.2.1): only after a commit in the term (the bug
 * found in
 * 2015), only when the last configuration is committed, and never so that the remaining voters could not go on.
 */
import { unreachable } from '../assert.js';
import { includesMember, latestConfiguration, packConfiguration, sameMember, withoutMember } from './configuration.js';
import { appendToLog } from './log-writing.js';
import { lastLogIndex } from './log.js';
import type { Configuration, Member, MembershipChange } from './messages.js';
import { answerRequest } from './outputs.js';
import { currentConfiguration, findPeer } from './peers.js';
import { isReachable } from './progress.js';
import { majorityOf } from './quorum.js';
import { hasCommittedInTerm } from './read-index.js';
import type { RefusalReason } from './ready.js';
import type { RaftState } from './state.js';

export function changeMembership(state: RaftState, id: number, change: MembershipChange): void {
  const outcome = state.role === 'leader' ? nextConfiguration(state, change) : 'notLeader';
  if (typeof outcome === 'string') {
    answerRequest(state, id, outcome);
    return;
  }
  const index = lastLogIndex(state.log) + 1;
  appendToLog(state, { firstIndex: index, term: state.term, ...packConfiguration(outcome) });
  state.change = { id, index };
}

function nextConfiguration(state: RaftState, change: MembershipChange): Configuration | RefusalReason {
  const pending = latestConfiguration(state.configurations).index > state.commitIndex;
  if (pending || !hasCommittedInTerm(state) || state.transfer !== null) return 'changeInProgress';
  switch (change.kind) {
    case 'addLearner':
      return withLearner(currentConfiguration(state), change.member);
    case 'promote':
      return withPromoted(state, change.member);
    case 'remove':
      return withRemoved(state, change.member);
    default:
      return unreachable(change);
  }
}

function withLearner({ voters, learners }: Configuration, member: Member): Configuration | RefusalReason {
  if (includesMember([...voters, ...learners], member)) return 'alreadyMember';
  return { voters, learners: [...learners, member] };
}

function withPromoted(state: RaftState, member: Member): Configuration | RefusalReason {
  const { voters, learners } = currentConfiguration(state);
  // The node's former incarnation is removed first: two entries, never one swap.
  if (voters.some((voter) => voter.id === member.id)) return 'alreadyMember';
  if (!includesMember(learners, member)) return 'unknownMember';
  const peer = findPeer(state, member);
  const caughtUp =
    peer !== undefined &&
    isReachable(peer) &&
    lastLogIndex(state.log) - peer.matchIndex <= state.limits.promotionLagEntries;
  if (!caughtUp) return 'notCaughtUp';
  return { voters: [...voters, member], learners: withoutMember(learners, member) };
}

function withRemoved(state: RaftState, member: Member): Configuration | RefusalReason {
  const { voters, learners } = currentConfiguration(state);
  if (includesMember(learners, member)) return { voters, learners: withoutMember(learners, member) };
  if (!includesMember(voters, member)) return 'unknownMember';
  if (voters.length === 1) return 'lastVoter';
  const remaining = withoutMember(voters, member);
  const present = remaining.filter((voter) => {
    const peer = findPeer(state, voter);
    return sameMember(voter, state.self) || (peer !== undefined && isReachable(peer));
  });
  return present.length >= majorityOf(remaining.length) ? { voters: remaining, learners } : 'noQuorum';
}

/** The change's entry is committed. */
export function completeChange(state: RaftState): void {
  if (state.change === null || state.change.index > state.commitIndex) return;
  answerRequest(state, state.change.id, null);
  state.change = null;
}
