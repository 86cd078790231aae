/** What the thread of one Raft node counts of itself. Told when it is asked for, never by itself. */
import type { Leadership, Persist, Role } from '../raft/ready.js';
import type { RaftStatus } from '../raft/status.js';
import { Histogram, type HistogramCounts } from './histogram.js';
import { ThreadMeter, type ThreadUsage } from './thread-meter.js';

export interface RaftNodeMetrics {
  readonly role: Role;
  readonly voter: boolean;
  readonly term: number;
  /** Null: it knows of none. */
  readonly leader: number | null;
  readonly commitIndex: number;
  readonly lastLogIndex: number;
  readonly snapshotIndex: number;
  /** How often it learned of another leader, or of the same one in another term, since it started. */
  readonly leaderChanges: number;
  /** Entries that it learned are committed since it started. */
  readonly committedEntries: number;
  /** Messages that waited when a turn began. */
  readonly mailboxDepth: HistogramCounts;
  /** Entries that were written to the log at once. */
  readonly batchEntries: HistogramCounts;
  /** Each sync of the log; none in memory, nor with durability 'os' but for a new segment. */
  readonly walSyncSeconds: HistogramCounts;
  readonly thread: ThreadUsage;
}

export class RaftNodeMeters {
  readonly #thread = new ThreadMeter();
  readonly #mailboxDepth = new Histogram(1, 12);
  readonly #batchEntries = new Histogram(1, 14);
  readonly #walSyncSeconds = new Histogram(0.000_125, 16);
  #firstCommitIndex = 0;
  #leaderTerm = 0;
  #leaderChanges = 0;

  /** The log is read, and known to be committed up to here. */
  recovered(commitIndex: number): void {
    this.#firstCommitIndex = commitIndex;
  }

  turn(inputs: number): void {
    this.#mailboxDepth.observe(inputs);
  }

  persisting({ entries }: Persist): void {
    let count = 0;
    for (const run of entries) count += run.count;
    if (count > 0) this.#batchEntries.observe(count);
  }

  synced(tookMs: number): void {
    this.#walSyncSeconds.observe(tookMs / 1_000);
  }

  /** A term has one leader at most. */
  learned({ leader, term }: Leadership): void {
    if (leader === null || term === this.#leaderTerm) return;
    this.#leaderTerm = term;
    this.#leaderChanges += 1;
  }

  read({ role, voter, term, leader, commitIndex, lastLogIndex, snapshotIndex }: RaftStatus): RaftNodeMetrics {
    return {
      ...{ role, voter, term, leader, commitIndex, lastLogIndex, snapshotIndex },
      leaderChanges: this.#leaderChanges,
      committedEntries: commitIndex - this.#firstCommitIndex,
      mailboxDepth: this.#mailboxDepth.read(),
      batchEntries: this.#batchEntries.read(),
      walSyncSeconds: this.#walSyncSeconds.read(),
      thread: this.#thread.read(),
    };
  }
}
