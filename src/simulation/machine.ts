/**
 * The simulated state machine: a running digest over the entries it has applied, so that two states are equal exactly
 * when the same entries were applied in the same order. Its snapshots are padded to span several chunks and carry a
 * digest of their own.
 */
import { assert, must } from '../assert.js';
import { EntryKind, payloadAt, type EntryRun } from '../raft/entries.js';
import type { Configuration, SnapshotDescription } from '../raft/messages.js';
import type { SnapshotFile } from './disk.js';
import { digestBytes, EMPTY_DIGEST, extendDigest } from './digest.js';

export interface Machine {
  appliedIndex: number;
  appliedTerm: number;
  digest: number;
  configuration: Configuration;
}

const HEADER_WORDS = 3;
const HEADER_BYTES = HEADER_WORDS * Uint32Array.BYTES_PER_ELEMENT;

export function createMachine(file: SnapshotFile): Machine {
  const digest = must(readSnapshotDigest(file), 'an intact snapshot on disk');
  const { index, term, configuration } = file.description;
  return { appliedIndex: index, appliedTerm: term, digest, configuration };
}

/** The digest of a machine after one more entry. */
export function digestAfter(digest: number, term: number, payloadDigest: number): number {
  return extendDigest(extendDigest(digest, term), payloadDigest);
}

/** Applies one entry and gives its payload. */
export function applyEntry(machine: Machine, run: EntryRun, position: number): Uint8Array {
  const index = run.firstIndex + position;
  assert(index === machine.appliedIndex + 1, `entry ${index} applied after ${machine.appliedIndex}`);
  const payload = payloadAt(run, position);
  machine.appliedIndex = index;
  machine.appliedTerm = run.term;
  machine.digest = digestAfter(machine.digest, run.term, digestBytes(payload));
  if (payload[0] === EntryKind.configuration) machine.configuration = parseConfiguration(payload);
  return payload;
}

export function parseConfiguration(payload: Uint8Array): Configuration {
  return JSON.parse(new TextDecoder().decode(payload.subarray(1))) as Configuration;
}

/** A snapshot of the state as of now; `paddingBytes` make it long. */
export function captureSnapshot(machine: Machine, paddingBytes: number): SnapshotFile {
  const { appliedIndex: index, appliedTerm: term, configuration, digest } = machine;
  return encodeSnapshot({ index, term, configuration }, digest, paddingBytes);
}

/** The snapshot at index 0 with which the first start of a node begins. */
export function emptySnapshot(configuration: Configuration): SnapshotFile {
  return encodeSnapshot({ index: 0, term: 0, configuration }, EMPTY_DIGEST, 0);
}

function encodeSnapshot(description: SnapshotDescription, digest: number, paddingBytes: number): SnapshotFile {
  const bytes = new Uint8Array(HEADER_BYTES + paddingBytes).fill(digest & 0xff, HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, description.index);
  view.setUint32(8, digest);
  view.setUint32(0, digestBytes(bytes.subarray(4)));
  return { description, bytes };
}

/** Null when the bytes are damaged, incomplete or those of another snapshot. */
export function readSnapshotDigest({ description, bytes }: SnapshotFile): number | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0) !== digestBytes(bytes.subarray(4)) || view.getUint32(4) !== description.index) return null;
  return view.getUint32(8);
}
