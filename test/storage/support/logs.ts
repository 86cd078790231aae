/** Logs in files for tests: what is written to them, and how what comes back is compared. */
import { lastIndexOf, packPayloads, payloadAt, type EntryRun } from '../../../src/raft/entries.js';
import type { SnapshotDescription } from '../../../src/raft/messages.js';
import type { Persist } from '../../../src/raft/ready.js';
import type { StoredState } from '../../../src/raft/stored-state.js';
import type { StorageIdentity } from '../../../src/storage/storage.js';

export const identity: StorageIdentity = { clusterId: 'cluster-a', member: { id: 1, incarnation: 'incarnation-1' } };

const voters = [1, 2, 3].map((id) => ({ id, incarnation: `incarnation-${id}` }));

export function snapshotAt(index: number, term: number): SnapshotDescription {
  return { index, term, configuration: { voters, learners: [] } };
}

/** Entries from `firstIndex` on, each with its own place as payload. */
export function run(firstIndex: number, count: number, term: number, payloadBytes = 0): EntryRun {
  const payloads = Array.from({ length: count }, (_, position) => {
    const text = `${firstIndex + position}@${term} `;
    return new TextEncoder().encode(text.padEnd(payloadBytes, '.'));
  });
  return { firstIndex, term, ...packPayloads(payloads) };
}

export function persistOf(change: Partial<Persist>): Persist {
  return { sequence: 1, term: 1, vote: null, truncateFrom: null, entries: [], snapshot: null, ...change };
}

/** Legible and comparable: `[index, term, payload]` of each entry. */
export function entriesOf(stored: StoredState): [number, number, string][] {
  const entries: [number, number, string][] = [];
  for (const each of stored.entries) {
    for (let index = each.firstIndex; index <= lastIndexOf(each); index += 1) {
      const payload = payloadAt(each, index - each.firstIndex);
      entries.push([index, each.term, new TextDecoder().decode(payload).trimEnd()]);
    }
  }
  return entries;
}
