/** A disk whose files are arrays that a test may look into and damage. Nothing is ever lost by itself. */
import { ClusterError } from '../../../src/errors.js';
import type { Disk, DiskFile } from '../../../src/storage/disk.js';

export interface MemoryDisk extends Disk {
  /** By path. */
  readonly files: Map<string, Uint8Array>;
  /** How often each call was made: `write`, `sync` … */
  readonly calls: Map<string, number>;
}

/** `fail`: a call that it returns true for throws `StorageFailed`, having done nothing. */
export function createMemoryDisk(fail: (call: string, path: string) => boolean = () => false): MemoryDisk {
  const files = new Map<string, Uint8Array>();
  const calls = new Map<string, number>();
  const note = (call: string, path: string): void => {
    calls.set(call, (calls.get(call) ?? 0) + 1);
    if (fail(call, path)) throw new ClusterError('StorageFailed', `could not ${call} ${path}`);
  };
  const contentOf = (path: string): Uint8Array => {
    const content = files.get(path);
    if (content === undefined) throw new ClusterError('StorageFailed', `no such file: ${path}`);
    return content;
  };
  const resize = (path: string, size: number): Uint8Array => {
    const content = contentOf(path);
    if (content.length === size) return content;
    const resized = new Uint8Array(size);
    resized.set(content.subarray(0, size));
    files.set(path, resized);
    return resized;
  };
  const open = (path: string, opened: Uint8Array): DiskFile => ({
    path,
    size: () => contentOf(path).length,
    write(parts, offset) {
      note('write', path);
      const end = parts.reduce((sum, part) => sum + part.length, offset);
      const content = resize(path, Math.max(contentOf(path).length, end));
      let at = offset;
      for (const part of parts) {
        content.set(part, at);
        at += part.length;
      }
    },
    // A file that was removed can be read by who has it open.
    read: (offset, length) => (files.get(path) ?? opened).slice(offset, offset + length),
    truncate(size) {
      note('truncate', path);
      resize(path, size);
    },
    sync() {
      note('sync', path);
    },
    close: () => undefined,
  });
  return {
    files,
    calls,
    open(path, mode) {
      note('open', path);
      if (mode === 'create') files.set(path, new Uint8Array());
      return open(path, contentOf(path));
    },
    list: (folder) =>
      [...files.keys()]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1))
        .sort(),
    makeFolder: () => undefined,
    rename(from, to) {
      note('rename', from);
      files.set(to, contentOf(from));
      files.delete(from);
    },
    remove(path) {
      note('remove', path);
      files.delete(path);
    },
    syncFolder(path) {
      note('syncFolder', path);
    },
  };
}
