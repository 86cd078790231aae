/**
 * The keys and values of one log in etcd, below its prefix. The order of the log is that of `head`: every append is a
 * transaction that finds `head` as the writer knows it and puts the next one.
 *
 * | key                            | value                                                                       |
 * |--------------------------------|-----------------------------------------------------------------------------|
 * | `answers/<writer>`             | the last answer to a call; each is seen as a change of this key             |
 * | `calls/<writer>/<n>`           | requests of a process to the controller in another one                      |
 * | `controller`                   | who leads in the present term; put again and again while that process lives |
 * | `entries/<first index>`        | a batch: a line of JSON, then the packed entries as in any `EntryRun`       |
 * | `head`                         | the last batch: its last index, its term, its name                          |
 * | `import`                       | who brings a state in, before there is a `head`                             |
 * | `snapshot`                     | the newest whole snapshot: index, term, name, chunks, bytes                 |
 * | `snapshots/<index>/<name>/<n>` | its bytes: what others save of the same index meanwhile is kept apart       |
 *
 * The first four are watched: what nobody needs to hear of sorts behind them.
 *
 * Lines and values are JSON in one fixed order of members, since values are compared as bytes. Integers in keys have
 * sixteen digits, so that keys sort as numbers do.
 */
import type { PackedPayloads } from '../../raft/entries.js';
import type { Configuration } from '../../raft/messages.js';
import { isPlace, isWellPacked } from '../../raft/well-formed.js';
import type { KeyValue } from './kv.js';

/** Readers of another format refuse this one. */
const FORMAT = 1;
const DIGITS = 16;
const NEWLINE = 10;

export const keys = {
  head: 'head',
  controller: 'controller',
  snapshot: 'snapshot',
  log: 'entries/',
  chunks: 'snapshots/',
  calls: 'calls/',
  answers: 'answers/',
  import: 'import',
} as const;

/** The end of a log, as whoever appends must have seen it. */
export interface Head {
  /** Of the last entry; 0 before the first. */
  readonly index: number;
  /** Grows with each controller: who has claimed it leads in it. 0 before the first. */
  readonly term: number;
  /** No two batches have the same. */
  readonly batch: string;
}

export interface LogBatch extends PackedPayloads {
  readonly firstIndex: number;
  readonly term: number;
  readonly batch: string;
  /** The name of the batch that was the end of the log before it; empty for the first. */
  readonly previous: string;
  /** The process that appended it. */
  readonly writer: string;
}

export interface ControllerRecord {
  readonly term: number;
  readonly writer: string;
  /** It has left in good order. */
  readonly resigned: boolean;
  /** Another one with each sign of life. */
  readonly beat: number;
}

export interface SnapshotRecord {
  readonly index: number;
  readonly term: number;
  /** No two have the same. */
  readonly name: string;
  readonly chunks: number;
  readonly bytes: number;
}

/** The range of keys whose changes are watched. */
export const watchedKeys = { from: keys.answers, to: afterAll(keys.log) };

export const emptyHead: Head = { index: 0, term: 0, batch: '' };

/** Those who replicate this log are members of etcd: it has none of its own. */
export const noMembers: Configuration = { voters: [], learners: [] };

/** What is stored below the prefix was not written by this version of this program. */
export class UnreadableLog extends Error {}

export function logKey(firstIndex: number): string {
  return keys.log + numberInKey(firstIndex);
}

/** Of the key of a batch. */
export function readLogKey(key: string): number {
  return Number(key.slice(keys.log.length));
}

export function chunkKey({ index, name }: Pick<SnapshotRecord, 'index' | 'name'>, chunk: number): string {
  return `${chunksFrom(index)}${name}/${numberInKey(chunk)}`;
}

/** Where the chunks of snapshots begin that end at this index or later. */
export function chunksFrom(index: number): string {
  return `${keys.chunks}${numberInKey(index)}/`;
}

export function callKey(writer: string, call: number): string {
  return `${keys.calls}${writer}/${numberInKey(call)}`;
}

export function readCallKey(key: string): { writer: string; call: number } {
  const [, writer = '', call = ''] = key.split('/');
  return { writer, call: Number(call) };
}

export function answersKey(writer: string): string {
  return keys.answers + writer;
}

/** The exclusive end of all keys that begin like this. */
export function afterAll(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

export function headAfter({ firstIndex, count, term, batch }: LogBatch): Head {
  return { index: firstIndex + count - 1, term, batch };
}

/** Null: the log has no entry, and the key is absent. */
export function encodeHead({ index, term, batch }: Head): Uint8Array | null {
  return index === 0 ? null : encodeJson({ format: FORMAT, index, term, batch });
}

export function decodeHead(found: readonly KeyValue[] | undefined): Head {
  const [stored] = found ?? [];
  if (stored === undefined) return emptyHead;
  const { format, index, term, batch } = decodeJson(stored);
  if (format !== FORMAT) throw new UnreadableLog(`${stored.key}: format ${String(format)}, not ${FORMAT}`);
  if (!isPlace(index) || !isPlace(term) || typeof batch !== 'string') throw malformed(stored);
  return { index, term, batch };
}

export function encodeBatch({ firstIndex, term, count, batch, previous, writer, data }: LogBatch): Uint8Array {
  const line = encodeJson({ firstIndex, term, count, batch, previous, writer });
  return Buffer.concat([line, Uint8Array.of(NEWLINE), data]);
}

export function decodeBatch(stored: KeyValue): LogBatch {
  const { value } = stored;
  const lineEnd = value.indexOf(NEWLINE);
  const line = decodeJson({ key: stored.key, value: value.subarray(0, lineEnd) });
  const { firstIndex, term, count, batch, previous, writer } = line;
  // A copy that owns its buffer: the offsets in it are aligned, and it can be posted.
  const data = new Uint8Array(value.subarray(lineEnd + 1));
  const isWhole = isPlace(firstIndex) && isPlace(term) && isPlace(count) && count > 0;
  if (!isWhole || typeof batch !== 'string' || typeof previous !== 'string') throw malformed(stored);
  if (typeof writer !== 'string' || !isWellPacked({ count, data })) throw malformed(stored);
  return { firstIndex, term, count, batch, previous, writer, data };
}

export function encodeController({ term, writer, resigned, beat }: ControllerRecord): Uint8Array {
  return encodeJson({ term, writer, resigned, beat });
}

export function decodeController(stored: KeyValue): ControllerRecord {
  const { term, writer, resigned, beat } = decodeJson(stored);
  if (!isPlace(term) || typeof writer !== 'string' || typeof resigned !== 'boolean' || !isPlace(beat)) {
    throw malformed(stored);
  }
  return { term, writer, resigned, beat };
}

export function encodeSnapshotRecord({ index, term, name, chunks, bytes }: SnapshotRecord): Uint8Array {
  return encodeJson({ index, term, name, chunks, bytes });
}

/** Null: there is none. */
export function decodeSnapshotRecord(found: readonly KeyValue[] | undefined): SnapshotRecord | null {
  const [stored] = found ?? [];
  if (stored === undefined) return null;
  const { index, term, name, chunks, bytes } = decodeJson(stored);
  if (!isPlace(index) || !isPlace(term) || typeof name !== 'string') throw malformed(stored);
  if (!isPlace(chunks) || !isPlace(bytes)) throw malformed(stored);
  return { index, term, name, chunks, bytes };
}

export function encodeJson(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

export function decodeJson(stored: KeyValue): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(stored.value).toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw malformed(stored);
}

function malformed({ key }: KeyValue): UnreadableLog {
  return new UnreadableLog(`${key} is not what Conclave writes there`);
}

function numberInKey(value: number): string {
  return String(value).padStart(DIGITS, '0');
}
