/**
 * The whole state of one node's consensus core as plain data: what the functions of this folder change in place, what
 * the simulator copies and hashes (`state-copy.ts`). No behaviour beyond its creation.
 */
import { assert } from '../assert.js';
import { configurationsIn, latestConfiguration, type PlacedConfiguration } from './configuration.js';
import type { RaftLimits } from './limits.js';
import { appendRun, createLog, lastLogIndex, termAt, type RaftLog } from './log.js';
import type { Configuration, Member, RaftMessage, SnapshotDescription } from './messages.js';
import { progressOfMembers, type Progress } from './progress.js';
import type {
  Leadership,
  ReadAnswer,
  RequestAnswer,
  Role,
  SnapshotRead,
  SnapshotWrite,
  TimerCommand,
} from './ready.js';
import type { StoredState } from './stored-state.js';

/** What is on stable storage, what is on its way there, and what has to follow. */
export interface Persistence {
  /** Synced: this term, this vote in it, and the log up to `index`. */
  term: number;
  vote: Member | null;
  index: number;
  /** The log up to here has been handed to storage. */
  handedIndex: number;
  /** Entries from here on that were handed over are void since. */
  truncateFrom: number | null;
  /** The snapshot description in storage is older than the log's. */
  snapshotUnsaved: boolean;
  sequence: number;
  /** The one `Persist` that storage works at; `index` falls when its entries are truncated meanwhile. */
  pending: { readonly sequence: number; readonly term: number; readonly vote: Member | null; index: number } | null;
}

/** The state machine's side. */
export interface Applying {
  /** Bytes that it still takes; below 0 after an entry larger than the credit. */
  creditBytes: number;
  /** Entries up to here were handed over. */
  handedIndex: number;
  /** It says it has applied up to here. */
  appliedIndex: number;
}

/** A read that waits for a quorum round of the leader; `from` null: this node's own. */
export interface WaitingRead {
  readonly id: number;
  readonly from: Member | null;
}

/** Reads at the leader (thesis 6.4). */
export interface LeaderReads {
  /** The latest round begun in this term. */
  round: number;
  /** The reads of that round while it runs, and the commit index when it began. */
  running: { readonly index: number; readonly reads: readonly WaitingRead[] } | null;
  waiting: WaitingRead[];
}

/** Reads of a follower, asked of the leader in groups: a group's id is that of its first read. */
export interface ForwardedReads {
  waiting: number[];
  asked: { readonly ids: readonly number[]; heartbeats: number }[];
}

/** A snapshot being received from the leader of `term`. */
export interface ReceivingSnapshot {
  readonly snapshot: SnapshotDescription;
  readonly from: Member;
  readonly term: number;
  /** The next byte wanted. */
  offset: number;
  /** All bytes are with the state machine, whose answer is awaited; nothing is applied meanwhile. */
  restoring: boolean;
}

/** What has accumulated for the next `Ready`, and what the one before said. */
export interface Outputs {
  messages: RaftMessage[];
  readAnswers: ReadAnswer[];
  answers: RequestAnswer[];
  /** The last command of each timer, in the order of first mention. */
  timers: TimerCommand[];
  snapshotReads: SnapshotRead[];
  snapshotWrites: SnapshotWrite[];
  /** Told last. */
  leadership: Leadership | null;
  configuration: Configuration | null;
}

export interface RaftState {
  readonly self: Member;
  readonly limits: RaftLimits;
  term: number;
  vote: Member | null;
  role: Exclude<Role, 'learner'>;
  leader: Member | null;
  log: RaftLog;
  /** The newest durable snapshot. */
  snapshot: SnapshotDescription;
  /** Ascending; the first is the one in force at the snapshot, the last is in force now. */
  configurations: PlacedConfiguration[];
  /** All members of the configuration in force but this one, in its order: voters, then learners. */
  peers: Progress[];
  commitIndex: number;
  persistence: Persistence;
  applying: Applying;
  /** A leader was heard within `leaderLease`. */
  leaseHeld: boolean;
  /** After the leader's death: how often an election was refused since. */
  electionSoon: { attempt: number; armed: boolean } | null;
  /** The open admission, and the number of the latest. */
  admission: number | null;
  admissions: number;
  reads: LeaderReads;
  forwarded: ForwardedReads;
  /** The membership change whose entry is at `index`. */
  change: { readonly id: number; readonly index: number } | null;
  /** A leadership transfer; outlives this node's leadership until another leader is known. */
  transfer: { readonly id: number; readonly to: Member; ordered: boolean } | null;
  receiving: ReceivingSnapshot | null;
  outputs: Outputs;
}

export interface RaftOptions {
  readonly self: Member;
  readonly stored: StoredState;
  readonly limits: RaftLimits;
}

export function createRaft({ self, stored, limits }: RaftOptions): RaftState {
  const { term, vote, snapshot } = stored;
  const log = recoverLog(stored);
  const configurations = [{ index: snapshot.index, configuration: snapshot.configuration }];
  for (const run of log.runs) {
    configurations.push(...configurationsIn(run).filter((placed) => placed.index > snapshot.index));
  }
  const index = lastLogIndex(log);
  return {
    self,
    limits,
    term,
    vote,
    role: 'follower',
    leader: null,
    log,
    snapshot,
    configurations,
    peers: progressOfMembers(latestConfiguration(configurations).configuration, self, []),
    commitIndex: snapshot.index,
    persistence: {
      term,
      vote,
      index,
      handedIndex: index,
      truncateFrom: null,
      snapshotUnsaved: false,
      sequence: 0,
      pending: null,
    },
    applying: { creditBytes: 0, handedIndex: snapshot.index, appliedIndex: snapshot.index },
    leaseHeld: false,
    electionSoon: null,
    admission: null,
    admissions: 0,
    reads: { round: 0, running: null, waiting: [] },
    forwarded: { waiting: [], asked: [] },
    change: null,
    transfer: null,
    receiving: null,
    outputs: {
      messages: [],
      readAnswers: [],
      answers: [],
      timers: [{ action: 'start', timer: 'election', attempt: 0 }],
      snapshotReads: [],
      snapshotWrites: [],
      leadership: null,
      configuration: null,
    },
  };
}

/** The trailing entries too. */
function recoverLog({ snapshot, base, entries }: StoredState): RaftLog {
  const log = createLog(base);
  for (const run of entries) appendRun(log, run);
  assert(termAt(log, snapshot.index) === snapshot.term, 'the log does not lead to the snapshot');
  return log;
}
