/**
 * Answers on their way to the host. Those that follow one another in a session and in the log share one object: a
 * clone of each alone would cost more than the rest of its way.
 */
import type { Answer } from './envelope.js';

/** Consecutive sequences of one session, answered at consecutive indexes. */
export interface AnswerRun {
  readonly session: string;
  readonly firstSequence: number;
  readonly firstIndex: number;
  /** One an answer, as its machine posts it; undefined where there is none. */
  readonly results: readonly unknown[];
  /** Of all of them. */
  readonly refusal: Answer['refusal'] | null;
}

export function packAnswers(
  answers: readonly Answer[],
  toPosted: (result: unknown) => unknown = (result) => result,
): AnswerRun[] {
  const runs: AnswerRun[] = [];
  let results: unknown[] = [];
  let previous: Answer | null = null;
  for (const answer of answers) {
    if (previous === null || !follows(answer, previous)) {
      results = [];
      const { session, sequence, index, refusal = null } = answer;
      runs.push({ session, firstSequence: sequence, firstIndex: index, results, refusal });
    }
    results.push(answer.result === undefined ? undefined : toPosted(answer.result));
    previous = answer;
  }
  return runs;
}

function follows(answer: Answer, previous: Answer): boolean {
  return (
    answer.sequence === previous.sequence + 1 &&
    answer.index === previous.index + 1 &&
    answer.session === previous.session &&
    answer.refusal === previous.refusal
  );
}
