/**
 * Linearizability by its definition, for histories of a handful of operations: every order of every subset that leaves
 * out nothing but what never returned. For tests of the checkers. And the register that they are tested on.
 */
import type { History, HistoryOperation, SequentialModel } from './history.js';

export type RegisterCall =
  | { readonly kind: 'read' }
  | { readonly kind: 'write' | 'increase'; readonly amount: number }
  /** Refused unless it is about the value that is there. */
  | { readonly kind: 'replace'; readonly expected: number; readonly amount: number };

export const registerModel: SequentialModel<RegisterCall, number> = {
  keyOf: () => 'register',
  isWrite: ({ kind }) => kind !== 'read',
  initial: () => 0,
  step(state, call) {
    switch (call.kind) {
      case 'read':
        return { state, answer: { value: state } };
      case 'write':
        return { state: call.amount, answer: { value: call.amount } };
      case 'increase':
        return { state: state + call.amount, answer: { value: state + call.amount } };
      case 'replace':
        if (state !== call.expected) return { state, answer: { code: 'StaleEpoch' } };
        return { state: call.amount, answer: { value: call.amount } };
    }
  },
  survey: () => {
    throw new Error('there is one key');
  },
  sameAnswer: (one, other) => JSON.stringify(one) === JSON.stringify(other),
};

export function isLinearizable<Call, State>(
  history: History<Call>,
  model: SequentialModel<Call, State>,
  state: State,
): boolean {
  if (history.every(({ returnedNs }) => returnedNs === Number.POSITIVE_INFINITY)) return true;
  return history.some((candidate) => {
    if (history.some((other) => other.returnedNs < candidate.invokedNs)) return false;
    const { state: next, answer } = model.step(state, candidate.call);
    if (candidate.answer !== null && !model.sameAnswer(answer, candidate.answer)) return false;
    const rest = history.filter((other) => other !== candidate);
    return isLinearizable(rest, model, next);
  });
}

/** In a witness's order: each operation at a point between its ends, answered from the state there. */
export function executed<Call, State>(
  spans: readonly { readonly call: Call; readonly from: number; readonly length: number; readonly point: number }[],
  model: SequentialModel<Call, State>,
  start: State,
): HistoryOperation<Call>[] {
  const placed = spans
    .map((span, client) => ({ ...span, client, at: span.from + span.length * span.point }))
    .sort((a, b) => a.at - b.at);
  let state = start;
  let index = 0;
  return placed.map(({ call, from, length, client }) => {
    const { state: next, answer } = model.step(state, call);
    state = next;
    if (model.isWrite(call)) index += 1;
    const isRefusal = 'code' in answer;
    return { client, call, invokedNs: from, returnedNs: from + length, answer, index: isRefusal ? null : index };
  });
}
