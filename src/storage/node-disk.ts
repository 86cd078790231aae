/** The `Disk` of the machine, by synchronous calls: a node's thread has nothing else to do until its log is written. */
import fs from 'node:fs';
import { ClusterError } from '../errors.js';
import type { Disk, DiskFile } from './disk.js';

const OPEN_FLAGS = { create: 'w+', write: 'r+', read: 'r' } as const;

/** `synced` is told how long each sync of a file took. */
export function createNodeDisk(synced?: (tookMs: number) => void): Disk {
  return {
    open: (path, mode) =>
      new NodeDiskFile(
        path,
        attempt('open', path, () => fs.openSync(path, OPEN_FLAGS[mode])),
        synced,
      ),
    list: (folder) => attempt('list', folder, () => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [])),
    makeFolder(path) {
      attempt('make', path, () => fs.mkdirSync(path, { recursive: true }));
    },
    rename(from, to) {
      attempt('rename', from, () => {
        fs.renameSync(from, to);
      });
    },
    remove(path) {
      attempt('remove', path, () => {
        fs.rmSync(path, { recursive: true, force: true });
      });
    },
    syncFolder(path) {
      attempt('sync', path, () => {
        const descriptor = fs.openSync(path, 'r');
        try {
          fs.fsyncSync(descriptor);
        } finally {
          fs.closeSync(descriptor);
        }
      });
    },
  };
}

class NodeDiskFile implements DiskFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #synced: ((tookMs: number) => void) | undefined;

  constructor(path: string, descriptor: number, synced: ((tookMs: number) => void) | undefined) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#synced = synced;
  }

  size(): number {
    return attempt('size', this.path, () => fs.fstatSync(this.#descriptor).size);
  }

  write(parts: readonly Uint8Array[], offset: number): void {
    attempt('write', this.path, () => {
      const bytes = parts.reduce((sum, part) => sum + part.length, 0);
      let written = fs.writevSync(this.#descriptor, parts, offset);
      if (written === bytes) return;
      // A call may stop short when the disk is almost full; the next one then says so.
      const whole = Buffer.concat(parts, bytes);
      while (written < bytes) {
        written += fs.writeSync(this.#descriptor, whole, written, bytes - written, offset + written);
      }
    });
  }

  read(offset: number, length: number): Uint8Array {
    return attempt('read', this.path, () => {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const taken = fs.readSync(this.#descriptor, bytes, filled, length - filled, offset + filled);
        if (taken === 0) break;
        filled += taken;
      }
      return bytes.subarray(0, filled);
    });
  }

  truncate(size: number): void {
    attempt('truncate', this.path, () => {
      fs.ftruncateSync(this.#descriptor, size);
    });
  }

  sync(): void {
    const startedAt = performance.now();
    attempt('sync', this.path, () => {
      fs.fdatasyncSync(this.#descriptor);
    });
    this.#synced?.(performance.now() - startedAt);
  }

  close(): void {
    attempt('close', this.path, () => {
      fs.closeSync(this.#descriptor);
    });
  }
}

function attempt<T>(operation: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ClusterError('StorageFailed', `could not ${operation} ${path}: ${code ?? String(error)}`, {
      file: path,
      operation,
      cause: code ?? String(error),
    });
  }
}
