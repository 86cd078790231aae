/**
 * A replicated state as bytes and back: one header line (canonical JSON: format, index, term, the length of each
 * section), then the sections: the machine's own bytes, the sessions one a line, the request ids one a line. Equal
 * states are equal bytes.
 */
import { assert, must } from '../assert.js';
import { canonicalJson, joinBytes, NEWLINE, readLines, TextSink } from './canonical-json.js';
import type { CapturedRequestIds, RequestIdEntry } from './request-id-table.js';
import { entryFromLine, requestIdLines } from './request-id-table.js';
import type { Session } from './session-table.js';
import { sessionFromLine, sessionToLine } from './session-table.js';

const FORMAT = 1;

interface Header {
  readonly format: number;
  readonly index: number;
  readonly term: number;
  readonly machineBytes: number;
  readonly sessionsBytes: number;
  readonly requestIdsBytes: number;
  /** The number of the first request id kept. */
  readonly firstRequestId: number;
}

export interface SnapshotContent {
  readonly index: number;
  readonly term: number;
  readonly machine: Uint8Array;
  readonly sessions: readonly Session[];
  readonly requestIds: CapturedRequestIds;
}

export interface SnapshotRecords extends Omit<SnapshotContent, 'requestIds'> {
  readonly firstRequestId: number;
  readonly requestIds: readonly RequestIdEntry[];
}

export function encodeSnapshot(content: SnapshotContent): Uint8Array {
  const sessions = encodeLines(content.sessions.map(sessionToLine));
  const requestIds = encodeLines(requestIdLines(content.requestIds));
  const header: Header = {
    format: FORMAT,
    index: content.index,
    term: content.term,
    machineBytes: content.machine.length,
    sessionsBytes: sessions.length,
    requestIdsBytes: requestIds.length,
    firstRequestId: content.requestIds.first,
  };
  const parts = [encodeLines([canonicalJson(header)]), content.machine, sessions, requestIds];
  return joinBytes(
    parts,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
}

/** Throws on bytes that `encodeSnapshot` did not write. */
export function decodeSnapshot(bytes: Uint8Array): SnapshotRecords {
  const headerEnd = bytes.indexOf(NEWLINE) + 1;
  const [headerLine] = readLines(bytes.subarray(0, headerEnd));
  const header = JSON.parse(must(headerLine, 'a header')) as Header;
  assert(header.format === FORMAT, `snapshot format ${header.format} is not ${FORMAT}`);
  const sessionsStart = headerEnd + header.machineBytes;
  const requestIdsStart = sessionsStart + header.sessionsBytes;
  assert(requestIdsStart + header.requestIdsBytes === bytes.length, 'a snapshot is as long as its header says');
  return {
    index: header.index,
    term: header.term,
    machine: bytes.subarray(headerEnd, sessionsStart),
    sessions: Array.from(readLines(bytes.subarray(sessionsStart, requestIdsStart)), sessionFromLine),
    firstRequestId: header.firstRequestId,
    requestIds: Array.from(readLines(bytes.subarray(requestIdsStart)), entryFromLine),
  };
}

function encodeLines(lines: Iterable<string>): Uint8Array {
  const sink = new TextSink();
  for (const line of lines) sink.write(`${line}\n`);
  return sink.finish();
}
