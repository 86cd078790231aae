/** One call of a store, whatever orders its entries, and what is known of it afterwards. */
import { ClusterError, type CallOptions, type ErrorCode, type MetadataStore } from '../../src/index.js';
import type { Answer } from './history.js';
import { modelValueOf, type MetadataCall } from './metadata-model.js';

export type AskedStore = Pick<MetadataStore, 'propose' | 'query' | 'close'>;

export type Attempt =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly index: number | null }
  /** Neither now nor later. */
  | { readonly kind: 'noEffect' }
  /** Of a write that may have taken effect, or yet may: only a repeat under this id tells. */
  | { readonly kind: 'unknown'; readonly requestId: string };

const NO_EFFECT: ReadonlySet<ErrorCode> = new Set(['Timeout', 'NoLeader', 'NotLeader', 'Overloaded', 'Stopped']);

export async function attempt(store: AskedStore, call: MetadataCall, options: CallOptions): Promise<Attempt> {
  try {
    const { index, value } =
      call.kind === 'write' ? await store.propose(call.operation, options) : await store.query(call.query, options);
    return { kind: 'answered', answer: { value: modelValueOf(call, value) }, index };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const { code, details } = error;
    if (code === 'OutcomeUnknown') return { kind: 'unknown', requestId: String(details['requestId']) };
    if (NO_EFFECT.has(code) && details['permanent'] !== true) return { kind: 'noEffect' };
    return { kind: 'answered', answer: { code }, index: null };
  }
}
