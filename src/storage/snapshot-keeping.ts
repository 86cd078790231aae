/**
 * When one node keeps a snapshot of its state, and at what pace: a slice at a time between the messages of its thread,
 * with rests in between. How a snapshot is kept is its shelf's business, what it holds is known to nobody here.
 */
import type { NewSnapshot, SnapshotShelf } from './snapshot-shelf.js';

/** A snapshot is due after so many applied bytes, too: what a restart has to replay is bounded. */
const SNAPSHOT_BYTES = 64 * 1024 * 1024;
/** Under load a snapshot takes a third of its thread, and all together a tenth: else they came to half of the load. */
const PAUSE_PER_SLICE = 2;
const REST_PER_SNAPSHOT = 9;

export interface SnapshotKeepingOptions {
  readonly shelf: SnapshotShelf;
  /** Due after so many applied entries. */
  readonly snapshotEntries: number;
  readonly appliedIndex: () => number;
  readonly capture: () => NewSnapshot;
  /** Does the work, and sees to its errors. */
  readonly perform: (work: () => void) => void;
  /** One is kept for good, after so much work. */
  readonly kept: (index: number, tookMs: number) => void;
}

export class SnapshotKeeping {
  readonly #options: SnapshotKeepingOptions;
  /** The snapshot being written, and who waits for its end. */
  #keeping: Generator<void, void, void> | null = null;
  #ended: (() => void)[] = [];
  #keepingMs = 0;
  #rest: NodeJS.Timeout | null = null;
  #appliedAtSlice = 0;
  #bytesSince = 0;

  constructor(options: SnapshotKeepingOptions) {
    this.#options = options;
  }

  /** So many bytes were applied. */
  applied(bytes: number): void {
    this.#bytesSince += bytes;
    this.#beginIfDue();
  }

  /** Of what is applied now; resolves with its index, or that of a later one. */
  async take(): Promise<number> {
    const { shelf, appliedIndex } = this.#options;
    const wanted = appliedIndex();
    while (shelf.index < wanted) {
      await new Promise<void>((resolve) => {
        this.#ended.push(resolve);
        if (this.#keeping === null) this.#begin();
      });
    }
    return shelf.index;
  }

  /** One that was received whole, at once; what was being written is given up. */
  keepReceived(snapshot: NewSnapshot): void {
    this.#end();
    for (const keeping = this.#options.shelf.keep(snapshot); keeping.next().done !== true;);
  }

  stop(): void {
    this.#end();
    this.#endRest();
    this.#options.shelf.close();
  }

  #beginIfDue(): void {
    if (this.#keeping !== null) return;
    const { appliedIndex, shelf, snapshotEntries } = this.#options;
    const isDue = this.#rest === null && appliedIndex() - shelf.index >= snapshotEntries;
    if (isDue || this.#bytesSince >= SNAPSHOT_BYTES) this.#begin();
  }

  #begin(): void {
    this.#endRest();
    this.#bytesSince = 0;
    this.#keepingMs = 0;
    const { shelf, capture, perform, kept } = this.#options;
    const keeping = shelf.keep(capture());
    this.#keeping = keeping;
    const step = (): void => {
      if (this.#keeping !== keeping) return;
      perform(() => {
        const startedAt = performance.now();
        const { done } = keeping.next();
        const tookMs = performance.now() - startedAt;
        this.#keepingMs += tookMs;
        if (done !== true) {
          this.#scheduleSlice(step, tookMs);
          return;
        }
        kept(shelf.index, this.#keepingMs);
        this.#rest = setTimeout(() => {
          this.#endRest();
          this.#beginIfDue();
        }, REST_PER_SNAPSHOT * this.#keepingMs);
        this.#end();
      });
    };
    step();
  }

  /**
   * What arrived during a slice goes first: the check phase comes after a poll of the ports. While there are entries
   * to apply the next slice also waits, so that the nodes of a machine, which all snapshot at once, leave it to writes.
   */
  #scheduleSlice(step: () => void, tookMs: number): void {
    const appliedIndex = this.#options.appliedIndex();
    const isIdle = this.#appliedAtSlice === appliedIndex;
    this.#appliedAtSlice = appliedIndex;
    if (isIdle) setImmediate(step);
    else setTimeout(step, PAUSE_PER_SLICE * tookMs);
  }

  #endRest(): void {
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = null;
  }

  /** One that is not whole yet is given up. */
  #end(): void {
    this.#keeping?.return();
    this.#keeping = null;
    const ended = this.#ended;
    this.#ended = [];
    for (const resolve of ended) resolve();
  }
}
