/** What a node tells about itself. */
import { lastIndexOf } from './entries.js';
import type { Configuration, Member } from './messages.js';
import type { Leadership } from './ready.js';
import type { RaftState } from './state.js';

export interface FollowerStatus {
  readonly member: Member;
  readonly matchIndex: number;
  /** Its threads live and it answered within the last election time-outs. */
  readonly connected: boolean;
}

export interface RaftStatus extends Leadership {
  readonly voter: boolean;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly firstLogIndex: number;
  readonly lastLogIndex: number;
  readonly snapshotIndex: number;
  readonly configuration: Configuration;
  /** Of a leader: what it knows of each other member; otherwise empty. */
  readonly followers: readonly FollowerStatus[];
}

export function raftStatus(state: RaftState): RaftStatus {
  throw new Error(`not yet: ${lastIndexOf.name} ${state.term}`);
}
