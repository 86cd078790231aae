/**
 * The entries that simulated clients and controllers propose: the shipped envelope around a command that begins with
 * two numbers (uint32), which attempt this is and of which operation. An operation that is sent again is another
 * attempt.
 */
import { must } from '../assert.js';
import { EntryKind } from '../raft/entries.js';
import {
  openEnvelope,
  openUnaddressed,
  sealEnvelope,
  sealUnaddressed,
  type Envelope,
} from '../state-machine/envelope.js';

const HEAD_BYTES = 8;

export interface Command {
  readonly attempt: number;
  readonly operation: number;
  /** What the state machine is to see. */
  readonly bytes: Uint8Array;
}

export function writeProposal(envelope: Envelope, command: Command): Uint8Array {
  return sealEnvelope(envelope, writeCommand(command));
}

/** Of a controller. */
export function writeUnaddressed(command: Command): Uint8Array {
  return sealUnaddressed(writeCommand(command));
}

function writeCommand({ attempt, operation, bytes }: Command): Uint8Array {
  const command = new Uint8Array(HEAD_BYTES + bytes.length);
  const view = new DataView(command.buffer);
  view.setUint32(0, attempt);
  view.setUint32(4, operation);
  command.set(bytes, HEAD_BYTES);
  return command;
}

export function readCommand(command: Uint8Array): Command {
  const view = new DataView(command.buffer, command.byteOffset, command.length);
  return { attempt: view.getUint32(0), operation: view.getUint32(4), bytes: command.subarray(HEAD_BYTES) };
}

/** The attempt; 0 if the payload is no operation. */
export function readProposal(payload: Uint8Array): number {
  const command = commandIn(payload);
  return command !== null && command.length >= HEAD_BYTES ? readCommand(command).attempt : 0;
}

function commandIn(payload: Uint8Array): Uint8Array | null {
  if (payload[0] !== EntryKind.application) return null;
  const unaddressed = openUnaddressed(payload);
  if (unaddressed !== null) return unaddressed;
  const { opensSession, command } = must(openEnvelope(payload), 'what is proposed is an envelope');
  return opensSession ? null : command;
}
