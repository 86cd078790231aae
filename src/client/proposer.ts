/**
 * Writes and reads of a cluster that runs a user's own state machine: entries and requests are bytes, answers are as
 * it gave them.
 */
import { isUint8Array } from 'node:util/types';
import { crc32 } from 'node:zlib';
import { AssertionError } from '../assert.js';
import type { AnswerForm } from './call.js';
import { clientLimits } from './limits.js';
import type { CallOptions, ReadOptions } from './options.js';
import { invalid, readCallArguments, unreadable } from './options.js';
import { tooLarge } from './plain-copy.js';
import type { Router } from './router.js';
import type { Writer } from './write.js';

export interface Proposer {
  /** Resolves after commit and apply with what `StateMachine.apply` returned. */
  propose(entry: Uint8Array, options?: CallOptions): Promise<{ index: number; result: unknown }>;
  /** What `StateMachine.query` returned. */
  query(request: Uint8Array, options?: ReadOptions): Promise<unknown>;
}

const withIndex: AnswerForm = (index, result) => ({ index, result });
const resultAlone: AnswerForm = (_index, result) => result;

export function createProposer(router: Router): Proposer {
  const writer: Writer = { nodeId: null, session: null };
  const { proposalTimeoutMs } = router.options;
  return {
    propose(entry, options) {
      try {
        const call = readCallArguments(options, proposalTimeoutMs);
        const bytes = checkBytes(entry); // copied once, into its envelope
        const command = { bytes, fingerprint: crc32(bytes) };
        return router.propose(writer, command, call, withIndex) as Promise<{ index: number; result: unknown }>;
      } catch (thrown) {
        if (thrown instanceof AssertionError) throw thrown;
        return Promise.reject(unreadable(thrown));
      }
    },
    query(request, options) {
      try {
        const call = readCallArguments(options, proposalTimeoutMs);
        // The caller may change its bytes as soon as the call returns; a view would be posted with its whole buffer.
        return router.read(null, new Uint8Array(checkBytes(request)), call, resultAlone);
      } catch (thrown) {
        if (thrown instanceof AssertionError) throw thrown;
        return Promise.reject(unreadable(thrown));
      }
    },
  };
}

function checkBytes(bytes: unknown): Uint8Array {
  if (!isUint8Array(bytes)) throw invalid('entries and requests are Uint8Arrays');
  if (bytes.byteLength > clientLimits.maxOperationBytes) throw tooLarge();
  return bytes;
}
