/** Gathers what has accumulated into one `Ready`, and decides which messages wait for the sync (thesis 3.8, 10.2.1). */
import { sameConfiguration, sameMember } from './configuration.js';
import { payloadBytes, type EntryRun } from './entries.js';
import { driveLeader } from './leader.js';
import { lastLogIndex, sliceLog } from './log.js';
import type { Configuration, RaftMessage } from './messages.js';
import { currentConfiguration, isVoter } from './peers.js';
import { askReadIndex, hasCommittedInTerm } from './read-index.js';
import type { Leadership, Persist, Ready, Role } from './ready.js';
import type { RaftState } from './state.js';

/** Null when there is nothing to do, and while a `Persist` is unfinished: one turn after the other. */
export function takeReady(state: RaftState): Ready | null {
  if (state.persistence.pending !== null) return null;
  settle(state);
  if (!hasReady(state)) return null;
  const { messages, readAnswers, answers, timers, snapshotReads, snapshotWrites } = state.outputs;
  const sendNow: RaftMessage[] = [];
  const sendAfterPersist: RaftMessage[] = [];
  for (const message of messages) (waitsForSync(state, message) ? sendAfterPersist : sendNow).push(message);
  const ready: Ready = {
    sendNow,
    persist: needsPersist(state) ? takePersist(state) : null,
    sendAfterPersist,
    apply: canApply(state) ? takeApply(state) : [],
    reads: readAnswers,
    answers,
    timers,
    snapshotReads,
    snapshotWrites,
    leadership: hasNewLeadership(state) ? leadershipOf(state) : null,
    configuration: newConfiguration(state),
  };
  state.outputs = {
    messages: [],
    readAnswers: [],
    answers: [],
    timers: [],
    snapshotReads: [],
    snapshotWrites: [],
    leadership: ready.leadership ?? state.outputs.leadership,
    configuration: ready.configuration ?? state.outputs.configuration,
  };
  return ready;
}

/** What follows from all inputs of the turn together. */
function settle(state: RaftState): void {
  if (state.role === 'leader') driveLeader(state);
  askReadIndex(state);
}

function hasReady(state: RaftState): boolean {
  const { outputs } = state;
  return (
    outputs.messages.length > 0 ||
    needsPersist(state) ||
    canApply(state) ||
    outputs.readAnswers.length > 0 ||
    outputs.answers.length > 0 ||
    outputs.timers.length > 0 ||
    outputs.snapshotReads.length > 0 ||
    outputs.snapshotWrites.length > 0 ||
    hasNewLeadership(state) ||
    newConfiguration(state) !== null
  );
}

// ------------------------------------------------------------ stable storage

function hasUnsyncedTerm({ term, vote, persistence }: RaftState): boolean {
  return persistence.term !== term || !sameMember(persistence.vote, vote);
}

/** True for all that a crash could make untrue; a leader's entries are the exception, as long as its term is synced. */
function waitsForSync(state: RaftState, message: RaftMessage): boolean {
  switch (message.kind) {
    case 'requestPreVote':
      return false;
    case 'preVoteResponse':
      return !message.granted && hasUnsyncedTerm(state);
    case 'appendResponse':
      return hasUnsyncedTerm(state) || (message.success && message.index > state.persistence.index);
    case 'installSnapshotResponse':
      return hasUnsyncedTerm(state) || (message.installed && message.snapshotIndex > state.persistence.index);
    default:
      return hasUnsyncedTerm(state);
  }
}

function needsPersist(state: RaftState): boolean {
  const { handedIndex, truncateFrom, snapshotUnsaved } = state.persistence;
  const news = handedIndex < lastLogIndex(state.log) || truncateFrom !== null || snapshotUnsaved;
  return news || hasUnsyncedTerm(state);
}

function takePersist(state: RaftState): Persist {
  const { persistence, term, vote, log } = state;
  const last = lastLogIndex(log);
  persistence.sequence += 1;
  const persist: Persist = {
    sequence: persistence.sequence,
    term,
    vote,
    truncateFrom: persistence.truncateFrom,
    entries: sliceLog(log, persistence.handedIndex + 1, last, Number.POSITIVE_INFINITY),
    snapshot: persistence.snapshotUnsaved ? state.snapshot : null,
  };
  persistence.pending = { sequence: persistence.sequence, term, vote, index: last };
  persistence.handedIndex = last;
  persistence.truncateFrom = null;
  persistence.snapshotUnsaved = false;
  return persist;
}

// ------------------------------------------------------------ the state machine

/** Committed, synced here, and not behind a snapshot that is being restored. */
function applicableIndex({ commitIndex, persistence, receiving, applying }: RaftState): number {
  return receiving?.restoring === true ? applying.handedIndex : Math.min(commitIndex, persistence.index);
}

function canApply(state: RaftState): boolean {
  return state.applying.creditBytes > 0 && applicableIndex(state) > state.applying.handedIndex;
}

function takeApply(state: RaftState): EntryRun[] {
  const { applying, log } = state;
  const runs = sliceLog(log, applying.handedIndex + 1, applicableIndex(state), applying.creditBytes);
  for (const run of runs) {
    applying.handedIndex += run.count;
    applying.creditBytes -= payloadBytes(run);
  }
  return runs;
}

// ------------------------------------------------------------ what others may know

export function leadershipOf(state: RaftState): Leadership {
  return {
    role: roleOf(state),
    term: state.term,
    leader: state.leader?.id ?? null,
    admission: state.admission,
    committedInTerm: hasCommittedInTerm(state),
  };
}

function roleOf(state: RaftState): Role {
  return state.role === 'follower' && !isVoter(state) ? 'learner' : state.role;
}

/** Field by field: asked several times a turn, and seldom true. */
function hasNewLeadership(state: RaftState): boolean {
  const told = state.outputs.leadership;
  return (
    told?.term !== state.term ||
    told.leader !== (state.leader?.id ?? null) ||
    told.admission !== state.admission ||
    told.role !== roleOf(state) ||
    told.committedInTerm !== hasCommittedInTerm(state)
  );
}

function newConfiguration(state: RaftState): Configuration | null {
  const now = currentConfiguration(state);
  const told = state.outputs.configuration;
  return told !== null && sameConfiguration(told, now) ? null : now;
}
