/** A folder for one question, removed afterwards; and what a sync costs on its disk. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './figure.js';

export async function withDataDir<T>(body: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = fs.mkdtempSync(join(tmpdir(), 'conclave-bench-'));
  const remove = (): void => fs.rmSync(dataDir, { recursive: true, force: true });
  process.on('exit', remove); // Ctrl-C skips what follows
  try {
    return await body(dataDir);
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** A write of 512 bytes and its fdatasync in a preallocated file, the median of many; microseconds. */
export function measureSyncUs(dataDir: string, syncs: number): number {
  const path = join(dataDir, 'sync-probe');
  const file = fs.openSync(path, 'w');
  const block = Buffer.alloc(512, 1);
  try {
    fs.ftruncateSync(file, 16 * 1024 * 1024);
    const took = Array.from({ length: syncs }, (_, position) => {
      const startedAt = performance.now();
      fs.writeSync(file, block, 0, block.length, position * block.length);
      fs.fdatasyncSync(file);
      return (performance.now() - startedAt) * 1000;
    });
    return median(took);
  } finally {
    fs.closeSync(file);
    fs.rmSync(path);
  }
}

/** Bytes this process has had written to disks so far; null where the platform does not tell. */
export function diskBytesWritten(): number | null {
  if (!fs.existsSync('/proc/self/io')) return null;
  return Number(/^write_bytes: (\d+)$/m.exec(fs.readFileSync('/proc/self/io', 'utf8'))?.[1]);
}
