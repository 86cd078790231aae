/**
 * The host of one process, as its log sees it: sends each write under the admission that is open, again under the next
 * one while it has no answer, and reads.
 */
import type { EngineToHost, HostToEngine } from '../../../../src/engine/engine.js';
import type { PackedPayloads } from '../../../../src/raft/entries.js';
import { drawInteger, type Random } from '../../../../src/random.js';
import { demand } from '../finding.js';
import type { LogWitness } from './log-witness.js';
import { packTexts, unpackTexts } from './store-double.js';

export interface HostOptions {
  readonly writer: string;
  readonly random: Random;
  readonly witness: LogWitness;
  readonly post: (message: HostToEngine) => void;
}

const MOST_IN_ONE_MESSAGE = 8;

export class HostDouble {
  readonly #options: HostOptions;
  /** In the order of the calls. */
  readonly #unanswered = new Set<number>();
  #admission: number | null = null;
  #writes = 0;
  /** Under the admission that is open, or was last. */
  #sent = 0;
  #reads = 0;
  /** Where the log ended when they were asked. */
  readonly #asked = new Map<number, number>();
  readonly #askedController = new Set<number>();
  answeredReads = 0;
  #toldFirst: string | null = null;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#unanswered.size === 0;
  }

  get isOpen(): boolean {
    return this.#admission !== null;
  }

  write(count: number): void {
    const names = Array.from({ length: count }, () => {
      this.#writes += 1;
      this.#unanswered.add(this.#writes);
      return this.#writes;
    });
    if (this.#admission !== null) this.#send(names, this.#admission);
  }

  /** Neither confirmed nor refused. What is asked of the controller may be lost with it. */
  get waitingReads(): number {
    return [...this.#asked.keys()].filter((id) => !this.#askedController.has(id)).length;
  }

  read(toController: boolean): void {
    this.#reads += 1;
    if (toController) this.#askedController.add(this.#reads);
    this.#asked.set(this.#reads, this.#options.witness.lastIndex);
    this.#options.post({ kind: 'read', batch: { id: this.#reads, requests: [this.#reads] }, toController });
  }

  hear(message: EngineToHost): void {
    const first = (this.#toldFirst ??= message.kind === 'problem' ? null : message.kind);
    demand(first === null || first === 'leadership', 'leadership comes first', () => String(first));
    if (message.kind === 'readsRefused') for (const id of message.batches) this.#asked.delete(id);
    else if (message.kind === 'proposalsRefused') this.#refused(message.payloads);
    else if (message.kind === 'readAnswers') this.readAnswered(message.batch, message.index);
    else if (message.kind === 'leadership') this.#admit(message.leadership.admission);
  }

  /** From the store: `text` is one that was sent. */
  answered(text: string): void {
    const [writer, name] = text.split('/');
    const own = this.#options.writer;
    if (text.startsWith('controller ')) return;
    demand(writer === own, 'answers go to who asked', () => `${own} was told of ${text}`);
    this.#unanswered.delete(Number(name));
  }

  /** Their callers are told so; nothing of it may be in the log, now or later. */
  #refused(payloads: PackedPayloads): void {
    for (const text of unpackTexts(payloads)) {
      this.#options.witness.refused(text);
      this.#unanswered.delete(Number(text.split('/')[1]));
    }
  }

  readAnswered(id: number, index: number): void {
    const least = this.#asked.get(id);
    if (least === undefined) return;
    demand(index >= least, 'linearizable reads', () => `answered at ${index}, asked when the log ended at ${least}`);
    this.#asked.delete(id);
    this.answeredReads += 1;
  }

  #admit(admission: number | null): void {
    if (admission === this.#admission) return;
    this.#admission = admission;
    if (admission === null) return;
    this.#sent = 0;
    this.#send([...this.#unanswered], admission);
  }

  #send(names: readonly number[], admission: number): void {
    const { writer, random, witness, post } = this.#options;
    for (let from = 0; from < names.length;) {
      const to = from + drawInteger(random, 1, MOST_IN_ONE_MESSAGE + 1);
      const texts = names.slice(from, to).map((name) => {
        const text = `${writer}/${name}/${admission}`;
        witness.sending(text, { writer, admission, place: this.#sent });
        this.#sent += 1;
        return text;
      });
      post({ kind: 'propose', admission, payloads: packTexts(texts) });
      from = to;
    }
  }
}
