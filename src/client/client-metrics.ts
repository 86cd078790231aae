/** What a host counts of its calls: pending ones, and writes that ended without the answer of a node. */
import type { ClusterError, ErrorCode } from '../errors.js';
import { Histogram, type HistogramCounts } from '../metrics/histogram.js';

/** Calls of all stores of this process. */
export interface ClientMetrics {
  /** They wait for their answers now. */
  readonly writesPending: number;
  readonly readsPending: number;
  /** Answered, refusals of the state machine included, since the cluster was started. */
  readonly writesAnswered: number;
  readonly readsAnswered: number;
  /** From the call to the answer, of one call of each message with answers: a sample. */
  readonly writeSeconds: HistogramCounts;
  readonly readSeconds: HistogramCounts;
  /** Writes that ended without an answer, by the code of their error; a refusal of the state machine is an answer. */
  readonly writesFailed: Readonly<Record<string, number>>;
}

export class FailureCounts {
  /** What may end a call is counted from the start. */
  readonly #counts = new Map<ErrorCode, number>(
    (['Aborted', 'NoLeader', 'NotLeader', 'OutcomeUnknown', 'Overloaded', 'Stopped', 'Timeout'] as const).map(
      (code) => [code, 0],
    ),
  );

  counted(error: ClusterError): ClusterError {
    this.#counts.set(error.code, (this.#counts.get(error.code) ?? 0) + 1);
    return error;
  }

  read(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}

/** 16 µs to 17 s, four buckets a doubling. */
const FIRST_BOUND_SECONDS = 0.000_016;
const BUCKETS = 81;
const GROWTH = 2 ** 0.25;

/** Of calls that were answered: how many, and how long a sample of them took. */
export class AnswerMeter {
  readonly #seconds = new Histogram(FIRST_BOUND_SECONDS, BUCKETS, GROWTH);
  #answered = 0;
  #samples = 0;

  /** So many at once. Which of them is the sample: one place after the other, since those in front waited longest. */
  answer(calls: number): number {
    this.#answered += calls;
    this.#samples += 1;
    return this.#samples % calls;
  }

  sample(calledAtMs: number): void {
    this.#seconds.observe((performance.now() - calledAtMs) / 1_000);
  }

  get answered(): number {
    return this.#answered;
  }

  seconds(): HistogramCounts {
    return this.#seconds.read();
  }
}

interface Counted {
  readonly pending: number;
  readonly answers: AnswerMeter;
}

export function readClientMetrics(
  writes: Counted & { readonly failures: FailureCounts },
  reads: Counted,
): ClientMetrics {
  return {
    writesPending: writes.pending,
    readsPending: reads.pending,
    writesAnswered: writes.answers.answered,
    readsAnswered: reads.answers.answered,
    writeSeconds: writes.answers.seconds(),
    readSeconds: reads.answers.seconds(),
    writesFailed: writes.failures.read(),
  };
}
