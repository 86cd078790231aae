/** What is in a snapshot file, read as a node would read it: every block verified, every record parsed. */
import { createMetadataMachine } from '../metadata/metadata-state-machine.js';
import type { ClusterMetadata } from '../metadata/model.js';
import { corruptLog } from '../storage/corrupt-log.js';
import { createNodeDisk } from '../storage/node-disk.js';
import { openSnapshotFile } from '../storage/snapshot-files.js';
import { absolutePath } from './absolute-path.js';
import { decodeSnapshot, type SnapshotRecords } from '../state-machine/replicated-snapshot.js';

export interface SnapshotInspection {
  /** Absolute. */
  file: string;
  /** Whose it is. */
  clusterId: string;
  node: number;
  incarnation: string;
  /** The last entry that it covers. */
  index: number;
  term: number;
  /** The members at that entry. */
  voters: number[];
  learners: number[];
  /** Of the content, without headers and checksums. */
  contentBytes: number;
  /** Clients whose writes are known, and request ids of users' own. */
  sessions: number;
  requestIds: number;
  /** Null: of a state machine of the user's own. */
  state: ClusterMetadata | null;
}

/** Rejects `CorruptLog` when it is damaged or no snapshot, `StorageFailed` when it cannot be read. */
export async function inspectSnapshot(file: string): Promise<SnapshotInspection> {
  return Promise.resolve().then(() => inspect(absolutePath(file, 'file')));
}

function inspect(path: string): SnapshotInspection {
  const file = openSnapshotFile(createNodeDisk(), path);
  try {
    const { identity, description } = file.header;
    const records = recordsOf(path, file.read(0, file.contentBytes));
    const { index, term, configuration } = description;
    return {
      file: path,
      clusterId: identity.clusterId,
      node: identity.member.id,
      incarnation: identity.member.incarnation,
      index,
      term,
      voters: configuration.voters.map(({ id }) => id),
      learners: configuration.learners.map(({ id }) => id),
      contentBytes: file.contentBytes,
      sessions: records.sessions.sessions.length,
      requestIds: records.requestIds.length,
      state: metadataOf(records.machine),
    };
  } finally {
    file.close();
  }
}

function recordsOf(path: string, content: Uint8Array): SnapshotRecords {
  try {
    return decodeSnapshot(content);
  } catch (error) {
    throw corruptLog(path, 0, `its content is not that of a snapshot: ${String(error)}`);
  }
}

/** Null when the bytes are not those of the metadata machine. */
function metadataOf(bytes: Uint8Array): ClusterMetadata | null {
  const machine = createMetadataMachine();
  try {
    machine.restore(bytes);
  } catch {
    return null;
  }
  return machine.dump();
}
