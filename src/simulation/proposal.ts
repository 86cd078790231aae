/** The entries that simulated clients propose: kind byte, unique number (uint32), filling. */
import { EntryKind } from '../raft/entries.js';

export const MINIMUM_PROPOSAL_BYTES = 5;

export function writeProposal(proposal: number, bytes: number): Uint8Array {
  const payload = new Uint8Array(Math.max(bytes, MINIMUM_PROPOSAL_BYTES));
  payload[0] = EntryKind.application;
  new DataView(payload.buffer).setUint32(1, proposal);
  return payload;
}

/** 0 if the payload is not a client's. */
export function readProposal(payload: Uint8Array): number {
  if (payload[0] !== EntryKind.application) return 0;
  return new DataView(payload.buffer, payload.byteOffset, payload.length).getUint32(1);
}
