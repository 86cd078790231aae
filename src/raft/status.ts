/** What a node tells about itself. */
import { firstLogIndex, lastLogIndex, lastLogTerm } from './log.js';
import type { Configuration, Member } from './messages.js';
import { currentConfiguration, isVoter } from './peers.js';
import { isReachable } from './progress.js';
import type { Leadership } from './ready.js';
import type { RaftState } from './state.js';
import { leadershipOf } from './take-ready.js';

export interface FollowerStatus {
  readonly member: Member;
  readonly matchIndex: number;
  /** Its threads live as far as is known, and it was heard within the last two time-outs. */
  readonly connected: boolean;
}

export interface RaftStatus extends Leadership {
  readonly voter: boolean;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly firstLogIndex: number;
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
  readonly snapshotIndex: number;
  readonly configuration: Configuration;
  /** Of a leader: what it knows of each other member; otherwise empty. */
  readonly followers: readonly FollowerStatus[];
}

export function raftStatus(state: RaftState): RaftStatus {
  const followers = state.role === 'leader' ? state.peers : [];
  return {
    ...leadershipOf(state),
    voter: isVoter(state),
    commitIndex: state.commitIndex,
    appliedIndex: state.applying.appliedIndex,
    firstLogIndex: firstLogIndex(state.log),
    lastLogIndex: lastLogIndex(state.log),
    lastLogTerm: lastLogTerm(state.log),
    snapshotIndex: state.snapshot.index,
    configuration: currentConfiguration(state),
    followers: followers.map((peer) => ({
      member: peer.member,
      matchIndex: peer.matchIndex,
      connected: isReachable(peer),
    })),
  };
}
