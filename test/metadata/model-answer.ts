/** Answers of the state machine as the naive model words them: errors by their codes alone. */
import type { ErrorValue } from '../../src/errors.js';
import type { OperationAnswer } from '../../src/metadata/answer.js';
import type { NaiveAnswer } from './naive-model.js';

export function modelAnswerOf(answer: OperationAnswer): NaiveAnswer {
  if ('error' in answer) return { code: answer.error.code };
  if (!Array.isArray(answer.value)) return answer;
  // Topics that were asked for together have errors of their own.
  const results = answer.value as { name: string; error?: ErrorValue }[];
  return {
    value: results.map((each) => (each.error === undefined ? each : { name: each.name, code: each.error.code })),
  };
}

/** Of the operation, or of some of the topics in it. */
export function codesIn(answer: NaiveAnswer): string[] {
  if ('code' in answer) return [answer.code];
  if (!Array.isArray(answer.value)) return [];
  return (answer.value as { code?: string }[]).flatMap(({ code }) => code ?? []);
}
