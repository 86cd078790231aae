/**
 * What one node's storage goes through in 200 operations: appends, conflicts, terms and votes, a membership change,
 * snapshots taken and received, compactions, records larger than a segment. Beside it the ledger (`disk.ts` of the
 * simulator), which knows nothing of files.
 */
import { createRandom, drawChance, drawInteger } from '../../src/random.js';
import { EntryKind, packPayloads, type EntryRun } from '../../src/raft/entries.js';
import type { Configuration, Member, SnapshotDescription } from '../../src/raft/messages.js';
import type { Persist } from '../../src/raft/ready.js';
import {
  createDisk,
  lastWrittenIndex,
  sync,
  write,
  writtenTermAt,
  type Disk as Ledger,
} from '../../src/simulation/disk.js';
import { must } from '../../src/assert.js';

export type Operation =
  | { readonly kind: 'persist'; readonly persist: Persist }
  | { readonly kind: 'snapshot'; readonly description: SnapshotDescription; readonly content: Uint8Array }
  | { readonly kind: 'compact'; readonly firstIndex: number };

export interface StorageStep {
  readonly operation: Operation;
  /** What ought to be there before and after it. */
  readonly before: Ledger;
  readonly after: Ledger;
  /** The log may begin behind this index, not later. */
  readonly latestBase: number;
}

const OPERATIONS = 200;
const SNAPSHOT_EVERY = 19;
const RECEIVED_AT = 120;
const MEMBERS_CHANGE_AT = 60;
const LARGE_AT = 90;
const LARGE_BYTES = 6000;

const voters: readonly Member[] = [1, 2, 3].map((id) => ({ id, incarnation: 'a' }));
export const bootstrap: Configuration = { voters, learners: [] };

export function copyLedger(ledger: Ledger): Ledger {
  return { ...ledger, entries: [...ledger.entries] };
}

/** The same steps for the same seed. */
export function planSteps(seed: number): StorageStep[] {
  return new Planner(seed).steps;
}

class Planner {
  readonly steps: StorageStep[] = [];
  readonly #random;
  readonly #ledger = createDisk({
    description: { index: 0, term: 0, configuration: bootstrap },
    bytes: new Uint8Array(0),
  });
  #configuration = bootstrap;
  #latestBase = 0;

  constructor(seed: number) {
    this.#random = createRandom(seed);
    this.#persist({ term: 1, vote: voters[0] ?? null });
    while (this.steps.length < OPERATIONS) this.#next();
  }

  #next(): void {
    const step = this.steps.length;
    const last = lastWrittenIndex(this.#ledger);
    if (step === MEMBERS_CHANGE_AT) this.#changeMembers(last);
    else if (step === LARGE_AT) this.#persist({ entries: [this.#run(last + 1, 1, LARGE_BYTES)] });
    else if (step === RECEIVED_AT) this.#receiveSnapshot(last + 20);
    else if (step % SNAPSHOT_EVERY === 0) {
      this.#snapshot(last - 2);
      this.#compact(last - 5);
    } else if (drawChance(this.#random, 0.1)) {
      this.#persist({ term: this.#ledger.term + 1, vote: voters[drawInteger(this.#random, 0, 3)] ?? null });
    } else if (drawChance(this.#random, 0.1)) this.#overwrite(last);
    else this.#persist({ entries: [this.#run(last + 1, drawInteger(this.#random, 1, 4), 500)] });
  }

  #overwrite(last: number): void {
    const from = Math.max(this.#ledger.snapshot.description.index + 1, last - drawInteger(this.#random, 0, 6));
    this.#ledger.term += 1;
    const entries = [this.#run(from, drawInteger(this.#random, 1, 4), 300)];
    this.#ledger.term -= 1;
    this.#persist({ term: this.#ledger.term + 1, vote: null, truncateFrom: from, entries });
  }

  #changeMembers(last: number): void {
    this.#configuration = { voters: voters.slice(1), learners: [] };
    const text = new TextEncoder().encode(JSON.stringify(this.#configuration));
    const payload = new Uint8Array([EntryKind.configuration, ...text]);
    const { term } = this.#ledger;
    this.#persist({ entries: [{ firstIndex: last + 1, term, ...packPayloads([payload]) }] });
  }

  /** Durable as a file first; then the log says that it begins behind it. */
  #receiveSnapshot(index: number): void {
    this.#snapshot(index, this.#ledger.term + 1);
    this.#persist({ term: this.#ledger.term + 1, vote: null, snapshot: this.#ledger.snapshot.description });
  }

  #snapshot(index: number, term = must(writtenTermAt(this.#ledger, index), 'term')): void {
    const content = new Uint8Array(drawInteger(this.#random, 0, 3000)).fill(index);
    const description = { index, term, configuration: this.#configuration };
    const before = copyLedger(this.#ledger);
    this.#ledger.snapshot = { description, bytes: content };
    this.#add({ kind: 'snapshot', description, content }, before);
  }

  #compact(firstIndex: number): void {
    this.#latestBase = Math.max(this.#latestBase, firstIndex - 1);
    this.#add({ kind: 'compact', firstIndex }, copyLedger(this.#ledger));
  }

  #persist(change: Partial<Persist>): void {
    const { term, vote } = this.#ledger;
    const persist = { sequence: 1, term, vote, truncateFrom: null, entries: [], snapshot: null, ...change };
    const before = copyLedger(this.#ledger);
    write(this.#ledger, persist);
    sync(this.#ledger);
    if (persist.snapshot !== null) this.#latestBase = persist.snapshot.index;
    this.#add({ kind: 'persist', persist }, before);
  }

  #add(operation: Operation, before: Ledger): void {
    this.steps.push({ operation, before, after: copyLedger(this.#ledger), latestBase: this.#latestBase });
  }

  #run(firstIndex: number, count: number, largest: number): EntryRun {
    const payloads = Array.from({ length: count }, (_, position) => {
      const bytes = largest === LARGE_BYTES ? largest : drawInteger(this.#random, 9, largest);
      const payload = new Uint8Array(bytes).fill(firstIndex + position);
      payload[0] = EntryKind.application;
      return payload;
    });
    return { firstIndex, term: this.#ledger.term, ...packPayloads(payloads) };
  }
}
