/**
 * The metadata-store of one process, as its log sees it: takes entries within its credit, keeps snapshots, answers
 * reads once it has applied far enough, and proposes while it is told that its process is the controller.
 */
import type { AnsweredReads, EngineToStore, ReadBatch, StoreToEngine } from '../../../../src/engine/engine.js';
import { EntryKind, packPayloads, payloadAt, payloadBytes, type PackedPayloads } from '../../../../src/raft/entries.js';
import type { Leadership, SnapshotRead, SnapshotWrite } from '../../../../src/raft/ready.js';
import { drawInteger, type Random } from '../../../../src/random.js';
import { demand } from '../finding.js';
import type { LogWitness } from './log-witness.js';

export interface StoreOptions {
  readonly writer: string;
  readonly random: Random;
  readonly witness: LogWitness;
  readonly snapshotEntries: number;
  readonly creditBytes: number;
  readonly post: (message: StoreToEngine | AnsweredReads) => void;
  /** The host's own write was applied here, for an answer. */
  readonly answered: (text: string) => void;
  readonly readAnswered: (batch: number, index: number) => void;
}

interface WaitingRead {
  readonly index: number;
  readonly batch: ReadBatch;
  readonly isForwarded: boolean;
}

export class StoreDouble {
  readonly #options: StoreOptions;
  appliedIndex = 0;
  restoredTimes = 0;
  /** In which this process leads, as the store was told; null: it does not. */
  term: number | null = null;
  #admission: number | null = null;
  #proposedUnder = 0;
  #proposals = 0;
  #creditBytes = 0;
  #consumedBytes = 0;
  #largestBatchBytes = 0;
  #snapshotIndex = 0;
  #received: Buffer[] = [];
  #waiting: WaitingRead[] = [];

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#pull(this.#options.creditBytes);
  }

  take(message: EngineToStore): void {
    switch (message.kind) {
      case 'committed':
        this.#apply(message);
        break;
      case 'reads':
        this.#waiting.push({ ...message, isForwarded: false });
        break;
      case 'forwardedReads':
        this.#waiting.push({ ...message, isForwarded: true });
        break;
      case 'leadership':
        this.#learn(message.leadership);
        return;
      case 'snapshotRead':
        this.#read(message.read);
        return;
      case 'snapshotWrite':
        this.#receive(message.write);
    }
    this.#answerReads();
  }

  /** What the controller here thinks right, in the term that it knows. */
  propose(count: number): void {
    const { writer, witness, post } = this.#options;
    if (this.term === null || this.#admission === null) return;
    if (this.#proposedUnder !== this.#admission) this.#proposals = 0;
    this.#proposedUnder = this.#admission;
    const texts = Array.from({ length: count }, () => {
      const place = this.#proposals;
      const number = `${this.#admission ?? 0}.${place}`;
      const text = `controller ${JSON.stringify({ by: writer, in: this.term, number })}`;
      this.#proposals += 1;
      witness.sending(text, { writer: `${writer} as controller`, admission: this.#admission ?? 0, place });
      return text;
    });
    post({ kind: 'propose', admission: this.#admission, payloads: packTexts(texts) });
  }

  #learn({ role, term, admission, committedInTerm }: Leadership): void {
    const leads = role === 'leader' && committedInTerm;
    const claimedAt = leads ? this.#options.witness.claimedAt(term) : 0;
    const { appliedIndex } = this;
    demand(appliedIndex >= claimedAt, 'news in order', () => `it leads from ${claimedAt} on, told at ${appliedIndex}`);
    this.term = leads ? term : null;
    this.#admission = leads ? admission : null;
  }

  #apply({ runs, answer }: Extract<EngineToStore, { kind: 'committed' }>): void {
    const { witness, answered, snapshotEntries, creditBytes, post } = this.#options;
    let bytes = 0;
    for (const run of runs) {
      bytes += payloadBytes(run);
      this.#largestBatchBytes = Math.max(this.#largestBatchBytes, payloadBytes(run));
      for (let place = 0; place < run.count; place += 1) {
        const index = run.firstIndex + place;
        const known = this.appliedIndex;
        demand(index === known + 1, 'contiguous entries', () => `handed over ${index}, behind ${known}`);
        const text = witness.handedOver(index, run.term, payloadAt(run, place));
        this.appliedIndex = index;
        if (answer && text !== null) answered(text);
      }
    }
    this.#creditBytes -= bytes;
    const overdrawn = -this.#creditBytes;
    demand(overdrawn <= this.#largestBatchBytes, 'within the credit', () => `${overdrawn} bytes beyond the credit`);
    this.#consumedBytes += bytes;
    if (this.#consumedBytes >= creditBytes / 4) this.#pull(this.#consumedBytes);
    if (this.appliedIndex - this.#snapshotIndex < snapshotEntries) return;
    this.#snapshotIndex = this.appliedIndex;
    post({ kind: 'snapshotDurable', index: this.appliedIndex });
  }

  #pull(bytes: number): void {
    this.#creditBytes += bytes;
    this.#consumedBytes = 0;
    this.#options.post({ kind: 'pull', bytes, appliedIndex: this.appliedIndex });
  }

  /** Of the newest it has; as little at once as it likes. */
  #read({ to, offset }: SnapshotRead): void {
    const { witness, random, post } = this.#options;
    const whole = witness.snapshotAt(this.#snapshotIndex);
    const bytes = new Uint8Array(whole.subarray(offset, offset + drawInteger(random, 1, whole.length)));
    const done = offset + bytes.length >= whole.length;
    post({ kind: 'snapshotChunk', to, index: this.#snapshotIndex, offset, bytes, done });
  }

  #receive({ snapshot, offset, bytes, done }: SnapshotWrite): void {
    const { witness, post } = this.#options;
    if (offset === 0) this.#received = [];
    this.#received.push(Buffer.from(bytes));
    if (!done) return;
    const { index } = snapshot;
    const found = Buffer.concat(this.#received);
    demand(found.equals(witness.snapshotAt(index)), 'whole snapshots', () => `at ${index}: ${found.toString()}`);
    demand(index > this.appliedIndex, 'no way back', () => `a snapshot at ${index}, behind ${this.appliedIndex}`);
    this.appliedIndex = index;
    this.#snapshotIndex = index;
    this.restoredTimes += 1;
    post({ kind: 'snapshotRestored', index, ok: true });
  }

  #answerReads(): void {
    const due = this.#waiting.filter(({ index }) => index <= this.appliedIndex);
    this.#waiting = this.#waiting.filter(({ index }) => index > this.appliedIndex);
    const { post, readAnswered } = this.#options;
    for (const { batch, isForwarded } of due) {
      if (!isForwarded) readAnswered(batch.id, this.appliedIndex);
      else {
        const { appliedIndex: index } = this;
        post({ kind: 'readAnswers', batch: batch.id, index, values: [this.term], errors: [], parked: [] });
      }
    }
  }
}

export function unpackTexts(payloads: PackedPayloads): string[] {
  const places = Array.from({ length: payloads.count }, (_, place) => place);
  return places.map((place) => Buffer.from(payloadAt(payloads, place).subarray(1)).toString());
}

export function packTexts(texts: readonly string[]): PackedPayloads {
  return packPayloads(texts.map((text) => Buffer.concat([Uint8Array.of(EntryKind.application), Buffer.from(text)])));
}
