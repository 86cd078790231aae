/** What a host counts of its calls: pending ones, and writes that ended without the answer of a node. */
import type { ClusterError, ErrorCode } from '../errors.js';

/** Calls of all stores of this process. */
export interface ClientMetrics {
  /** They wait for their answers now. */
  readonly writesPending: number;
  readonly readsPending: number;
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
