/**
 * Requests to the controller when it is in another process: each batch is put under a key of its own, the controller
 * finds it in its watch, and puts the answers. It led when the call was put, since a claim would have come before it.
 * Each names where the log ended, since a watch can lose what came before the call.
 */
import { rejected } from '../../metadata/answer.js';
import type { AnsweredReads, ParkedRead, ReadBatch } from '../engine.js';
import type { KvFailure, KeyValue } from './kv.js';
import { put, unconditional } from './kv.js';
import { isPlace } from '../../raft/well-formed.js';
import { answersKey, callKey, decodeJson, encodeJson, readCallKey } from './layout.js';
import type { Outbox } from './outbox.js';

export interface TakenCall {
  readonly batch: ReadBatch;
  /** The answers are to hold there, or later. */
  readonly index: number;
}

interface Caller {
  readonly writer: string;
  readonly call: number;
}

export interface CallForwardingOptions {
  readonly writer: string;
  readonly outbox: Outbox;
  readonly failed: (failure: KvFailure) => void;
}

export class CallForwarding {
  readonly #options: CallForwardingOptions;
  /** Batches of this process that the controller has not answered as a whole. */
  readonly #asked = new Set<number>();
  /** Reads of this process that the controller has answered with a promise to answer. */
  readonly #parked = new Map<string, ParkedRead>();
  /** Calls of others that the store here works on, by the id it knows them by. */
  readonly #callers = new Map<number, Caller>();
  #lastId = 0;

  constructor(options: CallForwardingOptions) {
    this.#options = options;
  }

  // ------------------------------------------------------------ this process asks

  /** `index`: where the log ends. */
  ask({ id, requests }: ReadBatch, index: number): void {
    const { writer, outbox, failed } = this.#options;
    this.#asked.add(id);
    const call = put(callKey(writer, id), encodeJson({ requests, index }));
    outbox.request(unconditional(call), { answered: () => undefined, failed });
  }

  /** The controller has answered a call of this process; one that was refused meanwhile is asked again elsewhere. */
  takeAnswer(stored: KeyValue): void {
    const answer = decodeJson(stored) as unknown as AnsweredReads;
    if (answer.kind === 'parkedAnswers') {
      for (const read of answer.answers) this.#parked.delete(nameOf(read));
    } else {
      const { batch, parked } = answer;
      if (!this.#asked.delete(batch)) return;
      for (const place of parked) this.#parked.set(nameOf({ batch, place }), { batch, place });
    }
    this.#options.outbox.toHost(answer);
  }

  /** Nobody will answer what was asked of a controller that leads no more: it is to be asked again. */
  refuseAll(): void {
    const { outbox } = this.#options;
    if (this.#asked.size > 0) outbox.toHost({ kind: 'readsRefused', batches: [...this.#asked] });
    const value = rejected('NotLeader', 'another process is the controller now');
    const answers = [...this.#parked.values()].map((read) => ({ ...read, value }));
    if (answers.length > 0) outbox.toHost({ kind: 'parkedAnswers', index: 0, answers });
    this.#asked.clear();
    this.#parked.clear();
    this.#callers.clear();
  }

  // ------------------------------------------------------------ this process answers

  /** A batch for the store here; null: it is a call of this process. */
  takeCall(stored: KeyValue): TakenCall | null {
    const { writer, call } = readCallKey(stored.key);
    if (writer === this.#options.writer) return null;
    const { requests, index } = decodeJson(stored);
    this.#lastId += 1;
    this.#callers.set(this.#lastId, { writer, call });
    const batch = { id: this.#lastId, requests: Array.isArray(requests) ? (requests as unknown[]) : [] };
    return { batch, index: isPlace(index) ? index : 0 };
  }

  /** What the store here has answered goes to whoever asked. */
  answer(answers: AnsweredReads): void {
    if (answers.kind === 'parkedAnswers') {
      for (const answer of answers.answers) {
        const caller = this.#callers.get(answer.batch);
        if (caller === undefined) continue;
        this.#put(caller, { ...answers, answers: [{ ...answer, batch: caller.call }] });
      }
      return;
    }
    const caller = this.#callers.get(answers.batch);
    if (caller === undefined) return;
    if (answers.parked.length === 0) this.#callers.delete(answers.batch);
    this.#put(caller, { ...answers, batch: caller.call });
  }

  #put({ writer, call }: Caller, answers: AnsweredReads): void {
    const { outbox, failed } = this.#options;
    const answer = put(answersKey(writer), encodeJson(answers));
    const done = { kind: 'delete', key: callKey(writer, call) } as const;
    outbox.request(unconditional(answer, done), { answered: () => undefined, failed });
  }
}

function nameOf({ batch, place }: ParkedRead): string {
  return `${batch}:${place}`;
}
