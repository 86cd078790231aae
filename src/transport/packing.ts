/**
 * Groups what a node sends in one turn into one frame for each peer. Order is kept: messages of a pair of nodes travel
 * as they were sent.
 */
import type { RaftMessage } from '../raft/messages.js';

/** The messages by node id of their receiver, each list in the order given. */
export function groupByPeer(messages: readonly RaftMessage[]): Map<number, RaftMessage[]> {
  const groups = new Map<number, RaftMessage[]>();
  for (const message of messages) {
    const group = groups.get(message.to.id);
    if (group === undefined) groups.set(message.to.id, [message]);
    else group.push(message);
  }
  return groups;
}

/** The bytes of a frame: of entries and of snapshots. */
export function bytesIn(messages: readonly RaftMessage[]): Uint8Array[] {
  const bytes: Uint8Array[] = [];
  for (const message of messages) {
    if (message.kind === 'appendEntries') for (const { data } of message.runs) bytes.push(data);
    else if (message.kind === 'installSnapshot') bytes.push(message.bytes);
  }
  return bytes;
}

const FIXED_BYTES_PER_MESSAGE = 128;

/** About what a message holds in memory: exact for entries and snapshot chunks, a flat rate for the rest. */
export function estimateBytes(message: RaftMessage): number {
  if (message.kind === 'appendEntries') {
    return message.runs.reduce((sum, run) => sum + run.data.length, FIXED_BYTES_PER_MESSAGE);
  }
  return message.kind === 'installSnapshot' ? FIXED_BYTES_PER_MESSAGE + message.bytes.length : FIXED_BYTES_PER_MESSAGE;
}
