/**
 * The snapshots one metadata-store holds: the latest captured state, the bytes of the one being sent, the parts of
 * one being received. Capturing is free (the image is immutable); bytes are made only when a follower needs them.
 */
import type { SnapshotRead, SnapshotWrite } from '../raft/ready.js';
import type { ReplicatedState } from './exactly-once.js';

interface SnapshotPart {
  readonly index: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly total: number;
}

export interface SnapshotShelf {
  /** The index of a snapshot just taken, or null when none is due. */
  takeIfDue(): number | null;
  /** Part of the snapshot asked for, or the start of a later one when that is gone. */
  read(read: SnapshotRead): SnapshotPart;
  /** Keeps a part; with the last one restores the state. False: it could not be restored and the state is as it was. */
  write(write: SnapshotWrite): boolean;
}

export function createSnapshotShelf(state: ReplicatedState, snapshotEntries: number): SnapshotShelf {
  let latest = state.capture();
  let sending: { readonly index: number; readonly bytes: Uint8Array } | null = null;
  let received: Uint8Array[] = [];

  const restore = ({ snapshot }: SnapshotWrite): boolean => {
    // An older snapshot than what is applied already says nothing new.
    if (snapshot.index <= state.appliedIndex) return true;
    if (!state.restore(Buffer.concat(received), snapshot.index, snapshot.term)) return false;
    latest = state.capture();
    return true;
  };

  return {
    takeIfDue() {
      if (state.appliedIndex - latest.index < snapshotEntries) return null;
      latest = state.capture();
      return latest.index;
    },
    read({ index, offset, length }) {
      const wanted = sending?.index === index ? sending : { index: latest.index, bytes: latest.serialize() };
      sending = wanted;
      const start = wanted.index === index ? offset : 0;
      return {
        index: wanted.index,
        offset: start,
        bytes: wanted.bytes.slice(start, start + length),
        total: wanted.bytes.length,
      };
    },
    write(write) {
      if (write.offset === 0) received = [];
      received.push(write.bytes);
      if (!write.done) return true;
      const restored = restore(write);
      received = [];
      return restored;
    },
  };
}
