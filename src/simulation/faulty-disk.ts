/**
 * A `Disk` in memory that keeps apart what was written and what is safe. Contents, sizes and names become safe by
 * their syncs alone; a crash leaves any part of the rest. Calls can be made to fail or to be the node's last. It does
 * what it is told: all choice is in `Survival` and `interfere`.
 */
import { assert } from '../assert.js';
import { ClusterError } from '../errors.js';
import type { Disk, DiskFile } from '../storage/disk.js';
import { SECTOR_BYTES, FaultyFile } from './faulty-file.js';
import { copyTree, FaultyFolder, inodesUnder, type Inode } from './faulty-folder.js';
import type { Survival } from './survival.js';

export interface DiskCall {
  readonly operation:
    'open' | 'create' | 'write' | 'truncate' | 'sync' | 'rename' | 'remove' | 'make' | 'read' | 'list';
  readonly path: string;
}

const READING: ReadonlySet<DiskCall['operation']> = new Set(['open', 'read', 'list']);

/** A crash at one of the others leaves what a crash at the next leaves. */
export function changesDisk({ operation }: DiskCall): boolean {
  return !READING.has(operation);
}

/** `crash`: nothing of the node runs after. `fail`: a sync that wrote nothing, a disk that is full, a bad sector. */
export type Interference = 'crash' | 'fail';

/** Thrown by the call at which the node crashes, and by each that it tries after. */
export class DiskCrash extends Error {
  override readonly name = 'DiskCrash';
}

export class FaultyDisk implements Disk {
  /** Asked before each call. */
  interfere: ((call: DiskCall) => Interference | null) | null = null;
  #root = new FaultyFolder();
  #changes = 0;
  #crashed = false;
  /** Files opened before a crash belong to nobody after it. */
  #openFiles = new Set<OpenFile>();

  get openFiles(): number {
    return this.#openFiles.size;
  }

  /** At a call: the node is gone, and `crash` is due. */
  get hasCrashed(): boolean {
    return this.#crashed;
  }

  /** Sectors, sizes and names of which a crash might leave any part. */
  get unsyncedChanges(): number {
    return this.#unsyncedOrders().length;
  }

  // ------------------------------------------------------------ what a node sees

  open(path: string, mode: 'create' | 'write' | 'read'): DiskFile {
    this.call(mode === 'create' ? 'create' : 'open', path);
    const { folder, name } = this.#parent(path);
    let file = folder.get(name);
    if (mode === 'create' && file === undefined) {
      file = new FaultyFile();
      folder.rename([[name, file]], this.nextOrder);
    }
    if (!(file instanceof FaultyFile)) throw failure('open', path, 'ENOENT');
    if (mode === 'create' && file.size > 0) file.truncate(0, this.nextOrder);
    const opened = new OpenFile(this, path, file);
    this.#openFiles.add(opened);
    return opened;
  }

  list(path: string): readonly string[] {
    this.call('list', path);
    const folder = this.#find(path);
    return folder instanceof FaultyFolder ? folder.list() : [];
  }

  makeFolder(path: string): void {
    this.call('make', path);
    let folder = this.#root;
    for (const name of namesOf(path)) {
      const known = folder.get(name);
      const next = known ?? new FaultyFolder();
      if (!(next instanceof FaultyFolder)) throw failure('make', path, 'EEXIST');
      if (known === undefined) folder.rename([[name, next]], this.nextOrder);
      folder = next;
    }
  }

  rename(from: string, to: string): void {
    this.call('rename', from);
    const { folder, name } = this.#parent(from);
    const target = this.#parent(to);
    assert(target.folder === folder, `${from} and ${to} are in different folders`);
    const moved = folder.get(name);
    if (moved === undefined) throw failure('rename', from, 'ENOENT');
    folder.rename(
      [
        [name, null],
        [target.name, moved],
      ],
      this.nextOrder,
    );
  }

  remove(path: string): void {
    this.call('remove', path);
    const { folder, name } = this.#parent(path);
    const removed = folder.get(name);
    if (removed === undefined) return;
    if (removed instanceof FaultyFolder) for (const inside of this.list(path)) this.remove(`${path}/${inside}`);
    folder.rename([[name, null]], this.nextOrder);
  }

  syncFolder(path: string): void {
    if (this.call('sync', path) === 'fail') throw failure('sync', path, 'EIO');
    const folder = this.#find(path);
    if (!(folder instanceof FaultyFolder)) throw failure('sync', path, 'ENOENT');
    folder.sync();
  }

  // ------------------------------------------------------------ what befalls it

  /** Also ends what the node has open. The node may start again after it. */
  crash(survival: Survival): void {
    const survives = this.#choose(survival);
    for (const inode of inodesUnder(this.#root)) inode.crash(survives);
    this.endProcess();
  }

  /** All that was written is still there, unsynced. */
  endProcess(): void {
    this.#crashed = false;
    this.#openFiles = new Set();
    this.interfere = null;
  }

  flipBit(path: string, bit: number): void {
    const file = this.#find(path);
    assert(file instanceof FaultyFile, `${path} is no file`);
    file.flipBit(bit);
  }

  /** Shares all that is synced. Nothing is open in it. */
  copy(): FaultyDisk {
    const disk = new FaultyDisk();
    disk.#root = copyTree(this.#root);
    disk.#changes = this.#changes;
    return disk;
  }

  // ------------------------------------------------------------ for its open files

  call(operation: DiskCall['operation'], path: string): Interference | null {
    if (this.#crashed) throw new DiskCrash(`${operation} ${path} after the crash`);
    const interference = this.interfere?.({ operation, path }) ?? null;
    if (interference === 'crash') {
      this.#crashed = true;
      throw new DiskCrash(`at ${operation} ${path}`);
    }
    return interference;
  }

  readonly nextOrder = (): number => {
    this.#changes += 1;
    return this.#changes;
  };

  checkOpen(file: OpenFile): void {
    assert(this.#openFiles.has(file), `${file.path} is closed`);
  }

  closed(file: OpenFile): void {
    this.#openFiles.delete(file);
  }

  // ------------------------------------------------------------ names

  #parent(path: string): { readonly folder: FaultyFolder; readonly name: string } {
    const cut = path.lastIndexOf('/');
    const folder = this.#find(path.slice(0, Math.max(cut, 0)));
    if (!(folder instanceof FaultyFolder)) throw failure('open', path, 'ENOENT');
    return { folder, name: path.slice(cut + 1) };
  }

  #find(path: string): Inode | undefined {
    let inode: Inode | undefined = this.#root;
    for (const name of namesOf(path)) inode = inode instanceof FaultyFolder ? inode.get(name) : undefined;
    return inode;
  }

  #unsyncedOrders(): number[] {
    const orders = [...inodesUnder(this.#root)].flatMap(({ unsyncedOrders }) => unsyncedOrders);
    return orders.sort((one, other) => one - other);
  }

  #choose(survival: Survival): (order: number) => boolean {
    const orders = this.#unsyncedOrders();
    const survivors = new Set(orders.filter((_, position) => survival(position, orders.length)));
    return (order) => survivors.has(order);
  }
}

class OpenFile implements DiskFile {
  readonly path: string;
  readonly #disk: FaultyDisk;
  readonly #file: FaultyFile;

  constructor(disk: FaultyDisk, path: string, file: FaultyFile) {
    this.path = path;
    this.#disk = disk;
    this.#file = file;
  }

  size(): number {
    this.#disk.checkOpen(this);
    return this.#file.size;
  }

  write(parts: readonly Uint8Array[], offset: number): void {
    if (this.#call('write') === 'fail') {
      const first = parts[0]?.subarray(0, SECTOR_BYTES) ?? new Uint8Array(0);
      this.#file.write([first], offset, this.#disk.nextOrder);
      throw failure('write', this.path, 'ENOSPC');
    }
    this.#file.write(parts, offset, this.#disk.nextOrder);
  }

  read(offset: number, length: number): Uint8Array {
    if (this.#call('read') === 'fail') throw failure('read', this.path, 'EIO');
    return this.#file.read(offset, length);
  }

  truncate(size: number): void {
    if (this.#call('truncate') === 'fail') throw failure('truncate', this.path, 'ENOSPC');
    this.#file.truncate(size, this.#disk.nextOrder);
  }

  sync(): void {
    if (this.#call('sync') === 'fail') {
      this.#file.failSync();
      throw failure('sync', this.path, 'EIO');
    }
    this.#file.sync();
  }

  close(): void {
    this.#disk.closed(this);
  }

  #call(operation: DiskCall['operation']): Interference | null {
    const interference = this.#disk.call(operation, this.path);
    this.#disk.checkOpen(this);
    return interference;
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function failure(operation: string, path: string, cause: string): ClusterError {
  return new ClusterError('StorageFailed', `could not ${operation} ${path}: ${cause}`, {
    file: path,
    operation,
    cause,
  });
}
