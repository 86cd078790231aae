/**
 * What a node knows of one other member: connection, vote, and as leader how far it is replicated there. The states
 * probe, replicate and snapshot bound what is on its way (paper 5.3, thesis 10.2.1). What is sent is decided in
 * `replication.ts`.
 */
import { includesMember, sameMember, withoutMember } from './configuration.js';
import type { Configuration, Member, SnapshotDescription } from './messages.js';

/** One AppendEntries with entries that has not been acknowledged. */
export interface Inflight {
  readonly lastIndex: number;
  readonly bytes: number;
}

/** A snapshot on its way to a follower. */
export interface SnapshotTransfer {
  readonly snapshot: SnapshotDescription;
  /** The next byte that the follower wants. */
  offset: number;
  /** What is awaited: the follower's word on the offset, the shell's bytes, or the follower's answer to a chunk. */
  phase: 'polling' | 'reading' | 'sent';
}

export interface Progress {
  readonly member: Member;
  voter: boolean;
  /** False from `peerDown` to `peerUp`: nothing is sent. */
  connected: boolean;
  /** Its answer in the running (pre-)election. */
  vote: boolean | null;
  /** Heard since `checkQuorum` last fired, and in the time-out before that. */
  active: boolean;
  activeBefore: boolean;
  /** probe: one append at a time until one matches; replicate: pipelined; snapshot: the entries it needs are gone. */
  state: 'probe' | 'replicate' | 'snapshot';
  /** Known to be synced there; only grows within a term. */
  matchIndex: number;
  /** The next entry to send; always above `matchIndex`. */
  nextIndex: number;
  /** In state probe: an append is unanswered. */
  probeSent: boolean;
  inflight: Inflight[];
  inflightBytes: number;
  /** It acknowledged something since its heartbeat response before. */
  progressed: boolean;
  /** The latest read round that it has answered. */
  ackedRound: number;
  /** Set in state snapshot only. */
  transfer: SnapshotTransfer | null;
}

function createProgress(member: Member, voter: boolean): Progress {
  return {
    member,
    voter,
    connected: true,
    vote: null,
    active: false,
    activeBefore: false,
    state: 'probe',
    matchIndex: 0,
    nextIndex: 1,
    probeSent: false,
    inflight: [],
    inflightBytes: 0,
    progressed: false,
    ackedRound: 0,
    transfer: null,
  };
}

/** One for each member but `self`: voters, then learners. What is `known` of members that stay is kept. */
export function progressOfMembers(
  { voters, learners }: Configuration,
  self: Member,
  known: readonly Progress[],
): Progress[] {
  const find = (member: Member): Progress =>
    known.find((each) => sameMember(each.member, member)) ?? createProgress(member, false);
  const others = (members: readonly Member[]): Progress[] => withoutMember(members, self).map(find);
  const progress = [...others(voters), ...others(learners)];
  for (const each of progress) each.voter = includesMember(voters, each.member);
  return progress;
}

/** Forgets what another term has shown; the connection stays. */
export function resetProgress(progress: Progress, nextIndex: number): void {
  const fresh = createProgress(progress.member, progress.voter);
  Object.assign(progress, fresh, { connected: progress.connected, nextIndex });
}

/** Its threads live as far as is known, and it was heard within the last two `checkQuorum` time-outs. */
export function isReachable(progress: Progress): boolean {
  return progress.connected && (progress.active || progress.activeBefore);
}

export function startProbe(progress: Progress, nextIndex: number): void {
  progress.state = 'probe';
  progress.nextIndex = Math.max(nextIndex, progress.matchIndex + 1);
  progress.probeSent = false;
  progress.inflight = [];
  progress.inflightBytes = 0;
  progress.transfer = null;
}

function startReplicate(progress: Progress): void {
  startProbe(progress, progress.matchIndex + 1);
  progress.state = 'replicate';
}

export function startSnapshot(progress: Progress, snapshot: SnapshotDescription): void {
  startProbe(progress, progress.nextIndex);
  progress.state = 'snapshot';
  progress.transfer = { snapshot, offset: 0, phase: 'polling' };
}

/** An append with entries up to `lastIndex` has left; the next one need not wait for its answer. */
export function noteSent(progress: Progress, lastIndex: number, bytes: number): void {
  if (progress.state !== 'replicate') return;
  progress.nextIndex = lastIndex + 1;
  progress.inflight.push({ lastIndex, bytes });
  progress.inflightBytes += bytes;
}

/**
 * The member holds all up to `index`. Late and doubled acknowledgements change nothing. `baseIndex`: from where on
 * the leader still has entries to go on with.
 */
export function noteMatch(progress: Progress, index: number, baseIndex: number): void {
  progress.progressed = true;
  progress.matchIndex = Math.max(progress.matchIndex, index);
  progress.nextIndex = Math.max(progress.nextIndex, progress.matchIndex + 1);
  if (progress.state === 'replicate') {
    while (progress.inflight[0] !== undefined && progress.inflight[0].lastIndex <= progress.matchIndex) {
      progress.inflightBytes -= progress.inflight[0].bytes;
      progress.inflight.shift();
    }
  } else if (progress.matchIndex >= baseIndex) {
    startReplicate(progress);
  } else if (progress.transfer === null || progress.matchIndex >= progress.transfer.snapshot.index) {
    startProbe(progress, progress.matchIndex + 1);
  }
}

/** Whether a refusal of `previousIndex` is news, and not an answer overtaken by others. */
export function isFreshRefusal(progress: Progress, previousIndex: number): boolean {
  if (progress.state === 'replicate') return previousIndex > progress.matchIndex;
  return progress.state === 'probe' && previousIndex === progress.nextIndex - 1;
}
