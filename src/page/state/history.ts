/** The last minute of rates and latencies, in steps: what the charts draw. */
import type { LatencyPicture, Picture } from '../../service/picture.js';

const STEP_MS = 500;
export const STEPS = 120;

export interface Step {
  /** Unix ms at its end. */
  readonly at: number;
  /** Entries a second that the cluster committed. */
  readonly commits: number;
  /** Reads a second that this process had answered. */
  readonly reads: number;
  /** Null: no sample. */
  readonly writeMs: LatencyPicture | null;
  readonly readMs: LatencyPicture | null;
}

export interface History {
  readonly steps: readonly Step[];
  /** Where the present step began; null before the first picture. */
  readonly began: Counters | null;
  readonly writes: readonly LatencyPicture[];
  readonly reads: readonly LatencyPicture[];
}

interface Counters {
  readonly at: number;
  readonly commitIndex: number;
  readonly readsAnswered: number;
}

export const emptyHistory: History = { steps: [], began: null, writes: [], reads: [] };

export function addToHistory(history: History, picture: Picture): History {
  const now = countersOf(picture);
  const writes = withLatency(history.writes, picture.client.writeLatency);
  const reads = withLatency(history.reads, picture.client.readLatency);
  const { began } = history;
  // A cluster that lost its state counts from the start.
  if (began === null || now.commitIndex < began.commitIndex || now.readsAnswered < began.readsAnswered) {
    return { ...history, began: now, writes: [], reads: [] };
  }
  const elapsedMs = now.at - began.at;
  if (elapsedMs < STEP_MS) return { ...history, writes, reads };
  const step: Step = {
    at: now.at,
    commits: ((now.commitIndex - began.commitIndex) * 1_000) / elapsedMs,
    reads: ((now.readsAnswered - began.readsAnswered) * 1_000) / elapsedMs,
    writeMs: summary(writes),
    readMs: summary(reads),
  };
  return { steps: [...history.steps, step].slice(-STEPS), began: now, writes: [], reads: [] };
}

function countersOf({ at, nodes, engine, client }: Picture): Counters {
  return {
    at,
    commitIndex: Math.max(engine?.appliedIndex ?? 0, ...nodes.map((node) => node.commitIndex)),
    readsAnswered: client.readsAnswered,
  };
}

function withLatency(known: readonly LatencyPicture[], added: LatencyPicture | null): readonly LatencyPicture[] {
  return added === null ? known : [...known, added];
}

/** The median in the middle, and the worst of the tails. */
function summary(latencies: readonly LatencyPicture[]): LatencyPicture | null {
  if (latencies.length === 0) return null;
  const medians = latencies.map(({ p50Ms }) => p50Ms).sort((a, b) => a - b);
  const p50Ms = medians[Math.floor(medians.length / 2)] ?? 0;
  return { p50Ms, p99Ms: Math.max(...latencies.map(({ p99Ms }) => p99Ms)) };
}
