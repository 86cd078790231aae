/** One node's files on a faulty disk: made, worked on, recovered, and compared with the ledger. */
import { lastIndexOf, payloadAt } from '../../src/raft/entries.js';
import { sameMember } from '../../src/raft/configuration.js';
import type { StoredState } from '../../src/raft/stored-state.js';
import { digestBytes } from '../../src/simulation/digest.js';
import { lastWrittenIndex, recover, writtenTermAt, type Disk as Ledger } from '../../src/simulation/disk.js';
import { FaultyDisk } from '../../src/simulation/faulty-disk.js';
import { createLogFiles, openLogFiles } from '../../src/storage/log-files.js';
import { createSnapshotWriter, newestSnapshot, openSnapshotFile } from '../../src/storage/snapshot-files.js';
import type { FileDurability, LogStorage } from '../../src/storage/storage.js';
import { bootstrap, copyLedger, type Operation } from './storage-run.js';

const folder = 'node-1';
const identity = { clusterId: 'cluster', member: { id: 1, incarnation: 'a' } };
const SEGMENT_BYTES = 4096;
const SLICE_BYTES = 700;

export interface RecoveredNode {
  readonly stored: StoredState;
  readonly storage: LogStorage;
  readonly snapshotContent: Uint8Array;
}

const optionsOn = (disk: FaultyDisk, durability: FileDurability) =>
  ({ disk, folder, identity, durability, segmentBytes: SEGMENT_BYTES }) as const;

export function diskOfNewNode(): FaultyDisk {
  const disk = new FaultyDisk();
  createLogFiles(optionsOn(disk, 'fsync'));
  disk.syncFolder('');
  return disk;
}

export function recoverNode(disk: FaultyDisk, durability: FileDurability = 'fsync'): RecoveredNode {
  const newest = newestSnapshot(disk, folder, identity);
  const description = newest?.description ?? { index: 0, term: 0, configuration: bootstrap };
  const opened = openLogFiles(optionsOn(disk, durability), description);
  if (newest === null) return { ...opened, snapshotContent: new Uint8Array(0) };
  const file = openSnapshotFile(disk, newest.path);
  const snapshotContent = file.read(0, file.contentBytes);
  file.close();
  return { ...opened, snapshotContent };
}

export function perform(disk: FaultyDisk, storage: LogStorage, operation: Operation): void {
  switch (operation.kind) {
    case 'persist':
      storage.persist(operation.persist);
      return;
    case 'compact':
      storage.compact(operation.firstIndex);
      return;
    case 'snapshot': {
      const { description, content } = operation;
      const writer = createSnapshotWriter(disk, folder, { identity, description });
      for (let offset = 0; offset < content.length; offset += SLICE_BYTES) {
        writer.write(content.subarray(offset, offset + SLICE_BYTES));
      }
      writer.finish();
    }
  }
}

function asRecovered(ledger: Ledger): Ledger {
  const recovered = copyLedger(ledger);
  recover(recovered);
  return recovered;
}

/** Null when it is what the ledger says, as the ledger itself would recover; else the first difference. */
export function difference(node: RecoveredNode, ledger: Ledger, latestBase: number): string | null {
  const { stored, snapshotContent } = node;
  const expected = asRecovered(ledger);
  const { description, bytes } = expected.snapshot;
  if (stored.term !== expected.term) return `term ${stored.term} instead of ${expected.term}`;
  if (!sameMember(stored.vote, expected.vote)) return `vote for ${stored.vote?.id ?? 0}, not ${expected.vote?.id ?? 0}`;
  if (JSON.stringify(stored.snapshot) !== JSON.stringify(description))
    return `another snapshot than at ${description.index}`;
  if (digestBytes(snapshotContent) !== digestBytes(bytes))
    return `other contents of the snapshot at ${description.index}`;
  const { base } = stored;
  if (base.index > Math.max(latestBase, expected.baseIndex)) return `the log begins behind ${base.index}`;
  if (writtenTermAt(expected, base.index) !== base.term) return `base ${base.index} of term ${base.term}`;
  return differenceOfEntries(stored, expected);
}

function differenceOfEntries({ base, entries }: StoredState, expected: Ledger): string | null {
  let last = base.index;
  for (const run of entries) {
    if (run.firstIndex !== last + 1) return `entry ${run.firstIndex} after ${last}`;
    for (let position = 0; position < run.count; position += 1) {
      const index = run.firstIndex + position;
      const entry = expected.entries[index - expected.baseIndex - 1];
      if (entry === undefined) return `entry ${index}, which should not be there`;
      if (entry.term !== run.term || entry.digest !== digestBytes(payloadAt(run, position)))
        return `another entry ${index}`;
    }
    last = lastIndexOf(run);
  }
  const end = lastWrittenIndex(expected);
  return last === end ? null : `the log ends at ${last} instead of ${end}`;
}

/** What the node is like after two more writes, the second in the next segment: remains of old ones would show. */
export function writeOn(node: RecoveredNode, ledger: Ledger): Ledger {
  const goesOn = asRecovered(ledger);
  for (const length of [1, SEGMENT_BYTES]) {
    const index = lastWrittenIndex(goesOn) + 1;
    const payload = new Uint8Array(length).fill(77);
    const data = new Uint8Array([...new Uint8Array(new Uint32Array([length]).buffer), ...payload]);
    const term = goesOn.term + 1;
    const run = { firstIndex: index, term, count: 1, data };
    node.storage.persist({ sequence: 1, term, vote: null, truncateFrom: null, entries: [run], snapshot: null });
    goesOn.term = term;
    goesOn.vote = null;
    goesOn.entries.push({ term, payload, digest: digestBytes(payload) });
  }
  return goesOn;
}
