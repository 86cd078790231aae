/**
 * The two neighbours of one engine, played by a test: a host that proposes and reads, a store that pulls, keeps what it
 * gets, and has a snapshot when told to. Every message is checked as it comes, against what holds at any time.
 */
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import type { EngineToHost, EngineToStore, HostToEngine, StoreToEngine } from '../../src/engine/engine.js';
import { EntryKind, packPayloads, payloadAt, payloadBytes } from '../../src/raft/entries.js';
import type { Leadership, SnapshotRead, SnapshotWrite } from '../../src/raft/ready.js';
import { eventually } from '../support/deadline.js';
import type { RunningEngine } from './ground.js';

export interface SeenEntry {
  readonly index: number;
  readonly term: number;
  /** Null: an entry of the engine itself. */
  readonly text: string | null;
  readonly answer: boolean;
}

export interface StoredSnapshot {
  readonly index: number;
  readonly bytes: Buffer;
}

export class Neighbours {
  readonly engine: RunningEngine;
  readonly heard: EngineToHost[] = [];
  readonly entries: SeenEntry[] = [];
  /** Of reads that may be answered, and from which index on. */
  readonly confirmed = new Map<number, number>();
  readonly refused = new Set<number>();
  /** What this store has on its shelf. */
  snapshot: StoredSnapshot | null = null;
  restored: StoredSnapshot | null = null;
  takenBytes = 0;
  largestBatchBytes = 0;
  closedPorts = 0;
  #grantedBytes = 0;
  #pullsAlways = false;
  #appliedIndex = 0;
  #loading: Buffer[] = [];
  #lastRead = 0;

  constructor(engine: RunningEngine) {
    this.engine = engine;
    engine.host.on('message', (message: EngineToHost) => this.#hear(message));
    engine.store.on('message', (message: EngineToStore) => this.#take(message));
    for (const port of [engine.host, engine.store]) {
      port.once('close', () => {
        this.closedPorts += 1;
      });
    }
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  get grantedBytes(): number {
    return this.#grantedBytes;
  }

  /** The last that the host was told; undefined: nothing yet. */
  get leadership(): Leadership | undefined {
    const news = this.heard.filter((message) => message.kind === 'leadership');
    return news.at(-1)?.leadership;
  }

  get admission(): number | null {
    return this.leadership?.admission ?? null;
  }

  get texts(): string[] {
    return this.entries.flatMap(({ text }) => text ?? []);
  }

  async untilOpen(): Promise<number> {
    await eventually(() => this.admission !== null, 'the engine takes proposals');
    return must(this.admission, 'waited for');
  }

  async untilSeen(text: string): Promise<SeenEntry> {
    const find = (): SeenEntry | undefined => this.entries.find((entry) => entry.text === text);
    return must(await eventually(find, `${text} is handed over`), 'waited for');
  }

  propose(texts: readonly string[], admission = this.admission): void {
    const payloads = texts.map((text) => Buffer.concat([Uint8Array.of(EntryKind.application), Buffer.from(text)]));
    this.#toEngine({ kind: 'propose', admission: admission ?? 0, payloads: packPayloads(payloads) });
  }

  /** Its number. */
  read(): number {
    this.#lastRead += 1;
    this.#toEngine({ kind: 'read', batch: { id: this.#lastRead, requests: [null] }, toController: false });
    return this.#lastRead;
  }

  /** All that was on its way to this store before has then come. The index that was confirmed. */
  async barrier(): Promise<number> {
    const read = this.read();
    return eventually(() => {
      assert.not(this.refused.has(read), 'the read was refused');
      return this.confirmed.get(read);
    }, 'a read is confirmed').then((index) => must(index, 'waited for'));
  }

  pull(bytes: number): void {
    this.#grantedBytes += bytes;
    this.#fromStore({ kind: 'pull', bytes, appliedIndex: this.#appliedIndex });
  }

  /** A credit that is renewed with all that comes, as the metadata-store does it. */
  pullAlways(): void {
    this.#pullsAlways = true;
    this.pull(256 * 1024);
  }

  /** Of all that came until now. */
  takeSnapshot(bytes: Buffer): StoredSnapshot {
    this.snapshot = { index: this.#appliedIndex, bytes };
    this.#fromStore({ kind: 'snapshotDurable', index: this.#appliedIndex });
    return this.snapshot;
  }

  #hear(message: EngineToHost): void {
    this.heard.push(message);
    if (message.kind === 'readsRefused') for (const id of message.batches) this.refused.add(id);
  }

  #take(message: EngineToStore): void {
    if (message.kind === 'committed') this.#takeEntries(message);
    else if (message.kind === 'reads') this.confirmed.set(message.batch.id, message.index);
    else if (message.kind === 'snapshotRead') this.#readSnapshot(message.read);
    else if (message.kind === 'snapshotWrite') this.#load(message.write);
  }

  #takeEntries({ runs, answer }: Extract<EngineToStore, { kind: 'committed' }>): void {
    let bytes = 0;
    for (const run of runs) {
      bytes += payloadBytes(run);
      this.largestBatchBytes = Math.max(this.largestBatchBytes, payloadBytes(run));
      for (let place = 0; place < run.count; place += 1) {
        const payload = payloadAt(run, place);
        const text = payload[0] === EntryKind.application ? Buffer.from(payload.subarray(1)).toString() : null;
        const index = run.firstIndex + place;
        assert.is(index, this.#appliedIndex + 1, 'entries are contiguous');
        this.#appliedIndex = index;
        this.entries.push({ index, term: run.term, text, answer });
      }
    }
    this.takenBytes += bytes;
    if (this.#pullsAlways) this.pull(bytes);
  }

  #readSnapshot({ to, offset, length }: SnapshotRead): void {
    const { index, bytes } = must(this.snapshot, 'nobody reads what is not there');
    const slice = new Uint8Array(bytes.subarray(offset, offset + length));
    this.#fromStore({
      kind: 'snapshotChunk',
      to,
      index,
      offset,
      bytes: slice,
      done: offset + slice.length === bytes.length,
    });
  }

  #load({ snapshot, offset, bytes, done }: SnapshotWrite): void {
    if (offset === 0) this.#loading = [];
    const loaded = this.#loading.reduce((sum, { length }) => sum + length, 0);
    assert.is(offset, loaded, 'chunks follow each other');
    this.#loading.push(Buffer.from(bytes));
    if (!done) return;
    assert.ok(snapshot.index > this.#appliedIndex, 'a snapshot never leads back');
    this.restored = { index: snapshot.index, bytes: Buffer.concat(this.#loading) };
    this.#appliedIndex = snapshot.index;
    this.#fromStore({ kind: 'snapshotRestored', index: snapshot.index, ok: true });
  }

  #toEngine(message: HostToEngine): void {
    this.engine.host.postMessage(message);
  }

  #fromStore(message: StoreToEngine): void {
    this.engine.store.postMessage(message);
  }
}
