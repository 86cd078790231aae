/** What the thread of one metadata store counts of itself. Told when it is asked for, never by itself. */
import { Histogram, type HistogramCounts } from './histogram.js';
import { ThreadMeter, type ThreadUsage } from './thread-meter.js';

export interface MetadataStoreMetrics {
  readonly appliedIndex: number;
  /** Entries applied since it started, those that a snapshot of the leader brought included. */
  readonly appliedEntries: number;
  /** Work on each snapshot that it kept, the pauses that it makes for writes left out. */
  readonly snapshotSaveSeconds: HistogramCounts;
  /** Taken over from a leader. */
  readonly snapshotsReceived: number;
  readonly thread: ThreadUsage;
}

export class MetadataStoreMeters {
  readonly #thread = new ThreadMeter();
  readonly #snapshotSaveSeconds = new Histogram(0.001, 15);
  readonly #firstAppliedIndex: number;
  #snapshotsReceived = 0;

  constructor(appliedIndex: number) {
    this.#firstAppliedIndex = appliedIndex;
  }

  saved(tookMs: number): void {
    this.#snapshotSaveSeconds.observe(tookMs / 1_000);
  }

  received(): void {
    this.#snapshotsReceived += 1;
  }

  read(appliedIndex: number): MetadataStoreMetrics {
    return {
      appliedIndex,
      appliedEntries: appliedIndex - this.#firstAppliedIndex,
      snapshotSaveSeconds: this.#snapshotSaveSeconds.read(),
      snapshotsReceived: this.#snapshotsReceived,
      thread: this.#thread.read(),
    };
  }
}
