/** One folder twice: the names as programs see them, and those that would be there after a crash. */
import { FaultyFile } from './faulty-file.js';

export type Inode = FaultyFile | FaultyFolder;

/** Null: no longer there. */
type Names = readonly (readonly [string, Inode | null])[];

interface NameChange {
  /** Among all changes on the disk. */
  readonly order: number;
  /** All at once. */
  readonly names: Names;
}

export class FaultyFolder {
  #names = new Map<string, Inode>();
  #synced = new Map<string, Inode>();
  #unsynced: NameChange[] = [];

  get unsyncedOrders(): number[] {
    return this.#unsynced.map(({ order }) => order);
  }

  list(): string[] {
    return [...this.#names.keys()].sort();
  }

  get(name: string): Inode | undefined {
    return this.#names.get(name);
  }

  rename(names: Names, nextOrder: () => number): void {
    setNames(this.#names, names);
    this.#unsynced.push({ order: nextOrder(), names });
  }

  sync(): void {
    this.#synced = new Map(this.#names);
    this.#unsynced = [];
  }

  crash(survives: (order: number) => boolean): void {
    for (const { order, names } of this.#unsynced) if (survives(order)) setNames(this.#synced, names);
    this.#names = new Map(this.#synced);
    this.#unsynced = [];
  }

  /** All that has a name, or might have one after a crash. */
  inodes(): Inode[] {
    const named = this.#unsynced.flatMap(({ names }) => names.map(([, inode]) => inode));
    return [...this.#names.values(), ...this.#synced.values(), ...named.filter((inode) => inode !== null)];
  }

  copy(copyOf: (inode: Inode) => Inode): FaultyFolder {
    const copy = new FaultyFolder();
    const copyNames = (names: Map<string, Inode>) => new Map([...names].map(([name, inode]) => [name, copyOf(inode)]));
    copy.#names = copyNames(this.#names);
    copy.#synced = copyNames(this.#synced);
    copy.#unsynced = this.#unsynced.map(({ order, names }) => ({
      order,
      names: names.map(([name, inode]) => [name, inode === null ? null : copyOf(inode)] as const),
    }));
    return copy;
  }
}

function setNames(names: Map<string, Inode>, changes: Names): void {
  for (const [name, inode] of changes) {
    if (inode === null) names.delete(name);
    else names.set(name, inode);
  }
}

export function inodesUnder(root: FaultyFolder): Set<Inode> {
  const found = new Set<Inode>();
  const visit = (inode: Inode): void => {
    if (found.has(inode)) return;
    found.add(inode);
    if (inode instanceof FaultyFolder) inode.inodes().forEach(visit);
  };
  visit(root);
  return found;
}

export function copyTree(root: FaultyFolder): FaultyFolder {
  const copies = new Map<Inode, Inode>();
  const copyOf = (inode: Inode): Inode => {
    const copy = copies.get(inode) ?? (inode instanceof FaultyFile ? inode.copy() : inode.copy(copyOf));
    copies.set(inode, copy);
    return copy;
  };
  return root.copy(copyOf);
}
