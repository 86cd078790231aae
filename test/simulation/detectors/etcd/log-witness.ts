/**
 * Sees all that is written to etcd and all that stores are handed, and knows what was sent: what must hold of the log
 * at any time. Reads what is stored by itself, not by the code under test.
 */
import type { KeyChange } from '../../../../src/engine/etcd/kv.js';
import { EntryKind, payloadAt, type PackedPayloads } from '../../../../src/raft/entries.js';
import { demand } from '../finding.js';

interface LoggedEntry {
  readonly term: number;
  /** Null: the claim of a controller. */
  readonly text: string | null;
}

interface BatchHeader {
  readonly firstIndex: number;
  readonly term: number;
  readonly count: number;
  readonly writer: string;
}

export interface SentWrite {
  readonly writer: string;
  readonly admission: number;
  /** Among all that was sent under this admission. */
  readonly place: number;
}

const LOG = 'entries/';
/** Padded, so that it takes more than one chunk. */
const SNAPSHOT_PADDING = 40;

export class LogWitness {
  readonly entries: LoggedEntry[] = [];
  snapshotIndex = 0;
  /** Keys of batches that are there: where each ends. */
  readonly #ends = new Map<string, number>();
  readonly #claims = new Map<number, { readonly writer: string; readonly index: number }>();
  readonly #sent = new Map<string, SentWrite>();
  /** Of each writer and admission: what of it comes next. */
  readonly #next = new Map<string, number>();
  readonly #trailingEntries: number;
  readonly #refused = new Set<string>();
  readonly #appended = new Set<string>();
  trims = 0;

  constructor(trailingEntries: number) {
    this.#trailingEntries = trailingEntries;
  }

  get lastIndex(): number {
    return this.entries.length;
  }

  get terms(): number {
    return this.#claims.size;
  }

  /** It is not to be appended any more. */
  refused(text: string): void {
    demand(!this.#appended.has(text), 'refused writes are not appended', () => `${text} is in the log`);
    this.#refused.add(text);
  }

  /** Where that term begins. */
  claimedAt(term: number): number {
    return this.#claims.get(term)?.index ?? Number.POSITIVE_INFINITY;
  }

  /** A text that nothing else has. */
  sending(text: string, sent: SentWrite): void {
    this.#sent.set(text, sent);
  }

  written(changes: readonly KeyChange[]): void {
    for (const { key, value } of changes) {
      if (key === 'snapshot' && value !== null) this.#snapshot(JSON.parse(Buffer.from(value).toString()) as never);
    }
    for (const { key, value } of changes) {
      if (!key.startsWith(LOG)) continue;
      if (value === null) this.#trim(key);
      else this.#append(key, value);
    }
  }

  /** By the store of one process. */
  handedOver(index: number, term: number, payload: Uint8Array): string | null {
    const entry = this.entries[index - 1];
    const text = textOf(payload);
    const told = `${index} in ${term}: ${String(text)}`;
    demand(
      entry?.term === term && entry.text === text,
      'one log',
      () => `handed over ${told}, in the log is ${JSON.stringify(entry ?? null)}`,
    );
    return text;
  }

  /** What a store that has applied all up to here has to keep. */
  snapshotAt(index: number): Buffer {
    const last = this.entries[index - 1];
    return Buffer.from(`up to ${index}: ${JSON.stringify(last)} ${'.'.repeat(SNAPSHOT_PADDING)}`);
  }

  #append(key: string, value: Uint8Array): void {
    const { firstIndex, term, count, writer, data } = readBatch(value);
    const next = this.lastIndex + 1;
    demand(firstIndex === next, 'contiguous log', () => `a batch at ${firstIndex}, behind ${next - 1}`);
    const lastTerm = this.entries.at(-1)?.term ?? 0;
    demand(term >= lastTerm, 'terms never fall', () => `${term} at ${firstIndex}, behind ${lastTerm}`);
    this.#ends.set(key, firstIndex + count - 1);
    for (let place = 0; place < count; place += 1) {
      const text = textOf(payloadAt({ count, data }, place));
      this.#judge(text, { term, lastTerm, writer });
      this.entries.push({ term, text });
    }
  }

  #judge(text: string | null, { term, lastTerm, writer }: { term: number; lastTerm: number; writer: string }): void {
    if (text === null) {
      demand(term === lastTerm + 1, 'a claim begins a term', () => `${writer} claims ${term} behind ${lastTerm}`);
      demand(!this.#claims.has(term), 'one controller a term', () => `${term} is claimed twice`);
      this.#claims.set(term, { writer, index: this.lastIndex + 1 });
      return;
    }
    demand(this.#claims.has(term), 'a claim begins a term', () => `${text} is in term ${term}, which nobody claimed`);
    if (text.startsWith('controller ')) {
      const { by, in: proposedIn } = JSON.parse(text.slice('controller '.length)) as { by: string; in: number };
      const isOwn = proposedIn === term && this.#claims.get(term)?.writer === by && writer === by;
      demand(isOwn, 'fenced by the term', () => `${text} is in the log in term ${term}`);
    }
    this.#countSent(text);
  }

  /** Of what was sent under one admission a beginning is in the log, in order, each once. */
  #countSent(text: string): void {
    const sent = this.#sent.get(text);
    demand(!this.#refused.has(text), 'refused writes are not appended', () => `${text} was refused`);
    this.#appended.add(text);
    demand(sent !== undefined, 'nothing is made up', () => `${text} was never sent`);
    const name = `${sent.writer} ${sent.admission}`;
    const next = this.#next.get(name) ?? 0;
    // A controller's proposals of an earlier term are left out.
    const isController = text.startsWith('controller ');
    const isNext = isController ? sent.place >= next : sent.place === next;
    demand(isNext, 'in the order sent, once each', () => `${text} is number ${sent.place} of ${name}, not ${next}`);
    this.#next.set(name, sent.place + 1);
  }

  #snapshot({ index, term }: { index: number; term: number }): void {
    const entry = this.entries[index - 1];
    demand(entry?.term === term, 'a snapshot names its end', () => `index ${index}, term ${term} of ${entry?.term}`);
    demand(index > this.snapshotIndex, 'snapshots go on', () => `${index} takes the place of ${this.snapshotIndex}`);
    this.snapshotIndex = index;
  }

  #trim(key: string): void {
    const end = this.#ends.get(key) ?? 0;
    const limit = this.snapshotIndex;
    this.trims += 1;
    demand(end <= limit, 'trimmed behind a snapshot', () => `entry ${end} is gone, the snapshot ends at ${limit}`);
    const first = Number(key.slice(LOG.length));
    const isOld = first <= limit - this.#trailingEntries;
    demand(isOld, 'trailing entries stay', () => `${first} is gone, the snapshot ends at ${limit}`);
  }
}

function textOf(payload: Uint8Array): string | null {
  return payload[0] === EntryKind.noOp ? null : Buffer.from(payload.subarray(1)).toString();
}

function readBatch(value: Uint8Array): BatchHeader & PackedPayloads {
  const end = value.indexOf(10);
  const header = JSON.parse(Buffer.from(value.subarray(0, end)).toString()) as BatchHeader;
  return { ...header, data: new Uint8Array(value.subarray(end + 1)) };
}
