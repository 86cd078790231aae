/**
 * The few things that storage asks of a file system. Types only: `node-disk.ts` is the real one, and the simulator has
 * one that loses, tears and reorders what was not synced. Synchronous, so that a node's turn is one sequence of calls
 * at each of which a crash may strike. A call that fails throws `StorageFailed` and says on which path.
 */

export interface DiskFile {
  readonly path: string;
  size(): number;
  /** All parts one after the other from this offset on, in one call; the file grows as needed. */
  write(parts: readonly Uint8Array[], offset: number): void;
  /** Shorter where the file ends. */
  read(offset: number, length: number): Uint8Array;
  /** Cuts, or extends with zeros. */
  truncate(size: number): void;
  /** The contents and the size are on the disk. The name is only once its folder is synced. */
  sync(): void;
  close(): void;
}

export interface Disk {
  /** `create`: a new, empty file, also in place of an old one. `write` and `read`: it must exist. */
  open(path: string, mode: 'create' | 'write' | 'read'): DiskFile;
  /** Names in a folder, sorted; none when there is no such folder. */
  list(folder: string): readonly string[];
  /** With all above it; nothing to do when it exists. */
  makeFolder(path: string): void;
  /** Atomic; replaces a file of that name. */
  rename(from: string, to: string): void;
  /** A file, or a folder with all in it; nothing to do when it is not there. */
  remove(path: string): void;
  /** Names created, renamed and removed in this folder are on the disk. */
  syncFolder(path: string): void;
}
