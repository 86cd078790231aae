/**
 * A replicated state as bytes and back: a first line (canonical JSON: format, index, term), the machine's own bytes,
 * the sessions one a line, the request ids one a line, and a last line that tells how long each of these is; last,
 * because the slices are made one after the other, between writes. Equal states are equal bytes.
 */
import { assert, must } from '../assert.js';
import { isPlace } from '../raft/well-formed.js';
import { canonicalJson, encodeInSlices, NEWLINE, readLines } from './canonical-json.js';
import type { CapturedRequestIds, RequestIdEntry } from './request-id-table.js';
import { entryFromLine, requestIdLines } from './request-id-table.js';
import type { SessionRecords } from './session-table.js';
import { sessionFromLine, sessionToLine } from './session-table.js';

const FORMAT = 3;

interface FirstLine {
  readonly format: number;
  readonly index: number;
  readonly term: number;
}

interface LastLine {
  readonly machineBytes: number;
  readonly sessionsBytes: number;
  readonly requestIdsBytes: number;
  readonly sessionHorizon: number;
  /** The number of the first request id kept. */
  readonly firstRequestId: number;
}

export interface SnapshotContent {
  readonly index: number;
  readonly term: number;
  readonly machine: Iterable<Uint8Array>;
  readonly sessions: SessionRecords;
  readonly requestIds: CapturedRequestIds;
}

export interface SnapshotRecords {
  readonly index: number;
  readonly term: number;
  readonly machine: Uint8Array;
  readonly sessions: SessionRecords;
  readonly firstRequestId: number;
  readonly requestIds: readonly RequestIdEntry[];
}

export function* encodeSnapshot(content: SnapshotContent): Generator<Uint8Array, void, void> {
  const { index, term, requestIds } = content;
  const first: FirstLine = { format: FORMAT, index, term };
  yield* lines([canonicalJson(first)]);
  const last: LastLine = {
    machineBytes: yield* counted(content.machine),
    sessionsBytes: yield* counted(lines(map(content.sessions.sessions, sessionToLine))),
    requestIdsBytes: yield* counted(lines(requestIdLines(requestIds))),
    sessionHorizon: content.sessions.horizon,
    firstRequestId: requestIds.first,
  };
  // A line of its own, whatever bytes the machine's end with.
  yield* lines(['', canonicalJson(last)]);
}

/** Throws on bytes that `encodeSnapshot` did not write. */
export function decodeSnapshot(bytes: Uint8Array): SnapshotRecords {
  const machineStart = bytes.indexOf(NEWLINE) + 1;
  const first = parseLine(bytes.subarray(0, machineStart)) as FirstLine;
  assert(first.format === FORMAT, `snapshot format ${first.format} is not ${FORMAT}`);
  const lastStart = bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1;
  const last = parseLine(bytes.subarray(lastStart)) as LastLine;
  const { machineBytes, sessionsBytes, requestIdsBytes, sessionHorizon, firstRequestId } = last;
  const counts = [machineBytes, sessionsBytes, requestIdsBytes, sessionHorizon, firstRequestId];
  assert(counts.every(isPlace), 'lengths and counts are whole numbers');
  const sessionsStart = machineStart + machineBytes;
  const requestIdsStart = sessionsStart + sessionsBytes;
  const requestIdsEnd = requestIdsStart + requestIdsBytes;
  assert(requestIdsEnd + 1 === lastStart, 'a snapshot is as long as its last line says');
  return {
    index: first.index,
    term: first.term,
    machine: bytes.subarray(machineStart, sessionsStart),
    sessions: {
      horizon: sessionHorizon,
      sessions: Array.from(readLines(bytes.subarray(sessionsStart, requestIdsStart)), sessionFromLine),
    },
    firstRequestId,
    requestIds: Array.from(readLines(bytes.subarray(requestIdsStart, requestIdsEnd)), entryFromLine),
  };
}

function* counted(slices: Iterable<Uint8Array>): Generator<Uint8Array, number, void> {
  let bytes = 0;
  for (const slice of slices) {
    bytes += slice.length;
    yield slice;
  }
  return bytes;
}

function lines(texts: Iterable<string>): Generator<Uint8Array, void, void> {
  return encodeInSlices(map(texts, (text) => `${text}\n`));
}

function* map<From, To>(items: Iterable<From>, to: (item: From) => To): Generator<To, void, void> {
  for (const item of items) yield to(item);
}

function parseLine(bytes: Uint8Array): unknown {
  assert(bytes.at(-1) === NEWLINE, 'a snapshot ends with a line');
  const [line] = readLines(bytes);
  return JSON.parse(must(line, 'a line'));
}
