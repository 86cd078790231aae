/**
 * The envelope around every command in the log: who sent it (session, sequence), so that a command which was sent
 * again is applied once (thesis 6.3). Written by the client, read by `exactly-once.ts`; the consensus core sees only
 * the kind byte.
 *
 * Layout, little-endian: kind u8, flags u8, session 16 bytes, sequence u32, lowest unanswered u32, fingerprint u32,
 * [request id length u16, request id UTF-8,] command. The command of what opens a session is an index, u64. An
 * unaddressed command has no envelope: kind u8, flags u8, command.
 */
import { EntryKind } from '../raft/entries.js';

const FLAG_REQUEST_ID = 1;
const FLAG_OPEN_SESSION = 2;
/** Stands alone. */
const FLAG_UNADDRESSED = 4;
const UNADDRESSED_HEADER_BYTES = 2;
const SESSION_OFFSET = 2;
const SESSION_BYTES = 16;
const SEQUENCE_OFFSET = SESSION_OFFSET + SESSION_BYTES;
const LOWEST_OFFSET = SEQUENCE_OFFSET + 4;
const FINGERPRINT_OFFSET = LOWEST_OFFSET + 4;
const HEADER_BYTES = FINGERPRINT_OFFSET + 4;
const KNOWN_INDEX_BYTES = 8;

export interface Envelope {
  /** The 16 bytes of a UUID as a string of 16 Latin-1 characters: quick to compare and to use as a key. */
  readonly session: string;
  /** Counts the writes of a session from 1; 0 opens the session. */
  readonly sequence: number;
  /** Answers to sequences below this one need not be kept. */
  readonly lowestUnanswered: number;
  /** Tells one operation from another under the same id; computed by the client over what the user gave. */
  readonly fingerprint: number;
  /** The user's own id, if any. */
  readonly requestId?: string | undefined;
}

export interface OpenedEnvelope extends Envelope {
  readonly opensSession: boolean;
  /** A view into the entry. */
  readonly command: Uint8Array;
}

/** A whole log payload: kind, envelope and command. */
export function sealEnvelope(envelope: Envelope, command: Uint8Array): Uint8Array {
  const requestId = envelope.requestId === undefined ? undefined : Buffer.from(envelope.requestId, 'utf8');
  const requestIdBytes = requestId === undefined ? 0 : 2 + requestId.length;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + requestIdBytes + command.length);
  bytes[0] = EntryKind.application;
  bytes[1] = (requestId === undefined ? 0 : FLAG_REQUEST_ID) | (envelope.sequence === 0 ? FLAG_OPEN_SESSION : 0);
  for (let place = 0; place < SESSION_BYTES; place += 1) {
    bytes[SESSION_OFFSET + place] = envelope.session.charCodeAt(place);
  }
  bytes.writeUInt32LE(envelope.sequence, SEQUENCE_OFFSET);
  bytes.writeUInt32LE(envelope.lowestUnanswered, LOWEST_OFFSET);
  bytes.writeUInt32LE(envelope.fingerprint, FINGERPRINT_OFFSET);
  if (requestId !== undefined) {
    bytes.writeUInt16LE(requestId.length, HEADER_BYTES);
    bytes.set(requestId, HEADER_BYTES + 2);
  }
  bytes.set(command, HEADER_BYTES + requestIdBytes);
  return bytes;
}

/**
 * `knownIndex`: of an entry that was in the log before the client made the session. Whoever may have forgotten a
 * session that was used after it does not open it: it may be one that was forgotten.
 */
export function sealOpening(session: string, knownIndex: number): Uint8Array {
  const command = new Uint8Array(KNOWN_INDEX_BYTES);
  new DataView(command.buffer).setBigUint64(0, BigInt(knownIndex), true);
  return sealEnvelope({ session, sequence: 0, lowestUnanswered: 1, fingerprint: 0 }, command);
}

/**
 * For commands of the cluster itself: nobody waits for their answers, and each is executed wherever it stands. Raft
 * doubles no entry, but who proposed it may propose it again, so a repeat must do no harm.
 */
export function sealUnaddressed(command: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(UNADDRESSED_HEADER_BYTES + command.length);
  bytes[0] = EntryKind.application;
  bytes[1] = FLAG_UNADDRESSED;
  bytes.set(command, UNADDRESSED_HEADER_BYTES);
  return bytes;
}

/** Null when these are not the bytes of one. */
export function openUnaddressed(payload: Uint8Array): Uint8Array | null {
  if (payload[0] !== EntryKind.application) return null;
  return payload[1] === FLAG_UNADDRESSED ? payload.subarray(UNADDRESSED_HEADER_BYTES) : null;
}

/** Of what opens a session. */
export function knownIndexOf({ command }: OpenedEnvelope): number {
  return Number(new DataView(command.buffer, command.byteOffset).getBigUint64(0, true));
}

/** Null when these are not the bytes of one. */
export function openEnvelope(payload: Uint8Array): OpenedEnvelope | null {
  return new EnvelopeReader(payload).open(0, payload.length);
}

/** Opens the envelopes of packed entries where they stand. */
export class EnvelopeReader {
  readonly #packed: Uint8Array;
  readonly #bytes: Buffer;
  /** The session read last and where it stands: most entries are of the same as the one before. */
  #session = '';
  #sessionOffset = -1;

  constructor(packed: Uint8Array) {
    this.#packed = packed;
    this.#bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.length);
  }

  /** Of the payload from `start` to `end`; null when these are not the bytes of one. */
  open(start: number, end: number): OpenedEnvelope | null {
    const bytes = this.#bytes;
    let commandOffset = start + HEADER_BYTES;
    if (end < commandOffset) return null;
    const flags = bytes.readUInt8(start + 1);
    if (flags === FLAG_UNADDRESSED) return null;
    let requestId: string | undefined;
    if ((flags & FLAG_REQUEST_ID) !== 0) {
      const textOffset = commandOffset + 2;
      if (end < textOffset) return null;
      commandOffset = textOffset + bytes.readUInt16LE(commandOffset);
      if (end < commandOffset) return null;
      requestId = bytes.toString('utf8', textOffset, commandOffset);
    }
    const opensSession = (flags & FLAG_OPEN_SESSION) !== 0;
    if (opensSession && end - commandOffset !== KNOWN_INDEX_BYTES) return null;
    return {
      session: this.#sessionAt(start + SESSION_OFFSET),
      sequence: bytes.readUInt32LE(start + SEQUENCE_OFFSET),
      lowestUnanswered: bytes.readUInt32LE(start + LOWEST_OFFSET),
      fingerprint: bytes.readUInt32LE(start + FINGERPRINT_OFFSET),
      requestId,
      opensSession,
      command: this.#packed.subarray(commandOffset, end),
    };
  }

  #sessionAt(offset: number): string {
    if (this.#sessionOffset === -1 || !this.#isRepeated(offset)) {
      this.#session = this.#bytes.toString('latin1', offset, offset + SESSION_BYTES);
    }
    this.#sessionOffset = offset;
    return this.#session;
  }

  #isRepeated(offset: number): boolean {
    for (let place = 0; place < SESSION_BYTES; place += 1) {
      if (this.#packed[offset + place] !== this.#packed[this.#sessionOffset + place]) return false;
    }
    return true;
  }
}

/** The outcome of one enveloped command, addressed to the session that sent it. */
export interface Answer {
  readonly session: string;
  readonly sequence: number;
  /** Where the command took effect (the first time, if it was repeated). */
  readonly index: number;
  /** Absent when refused. */
  readonly result?: unknown;
  /**
   * unknownSession: this session was never opened, or evicted, or may have been; this entry had no effect.
   * forgotten: the answer to this sequence was dropped already; this entry had no effect, an earlier one may have had.
   * differentOperation: the id is that of another operation.
   */
  readonly refusal?: 'unknownSession' | 'forgotten' | 'differentOperation';
}
