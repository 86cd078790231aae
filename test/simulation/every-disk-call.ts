/**
 * A node crashes at each call that changes its disk, and the disk keeps of what was not synced: nothing, all, the
 * first sectors, the last sectors, at each possible place. After recovery, all that a call had promised is there, and
 * nothing besides but the whole of the write it was at.
 */
import type { Disk as Ledger } from '../../src/simulation/disk.js';
import type { DiskCall, FaultyDisk } from '../../src/simulation/faulty-disk.js';
import {
  allSurvives,
  nothingSurvives,
  survivesFrom,
  survivesUpTo,
  type Survival,
} from '../../src/simulation/survival.js';
import { must } from '../../src/assert.js';
import type { FileDurability } from '../../src/storage/storage.js';
import { difference, diskOfNewNode, perform, recoverNode, writeOn, type RecoveredNode } from './recovered-node.js';
import { planSteps, type StorageStep } from './storage-run.js';

export interface CrashReport {
  /** Calls at which the node crashed. */
  readonly calls: number;
  readonly crashes: number;
  readonly failure: string | null;
}

interface Crash {
  readonly disk: FaultyDisk;
  readonly step: StorageStep;
  readonly allowed: {
    /** After the process ended, or the machine in mode `fsync`. */
    readonly promised: readonly Ledger[];
    /** After the machine ended. */
    readonly left: readonly Ledger[];
  };
  readonly where: string;
}

const READING: ReadonlySet<DiskCall['operation']> = new Set(['open', 'read', 'list']);

const SECOND_SURVIVALS: readonly (readonly [string, Survival])[] = [
  ['nothing', nothingSurvives],
  ['all', allSurvives],
  ['half', (position) => position % 2 === 0],
];

export function crashAtEveryCall(seed: number, durability: FileDurability = 'fsync'): CrashReport {
  const prover = new Prover(durability);
  try {
    prover.run(planSteps(seed));
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { calls: prover.calls, crashes: prover.crashes, failure };
  }
  return { calls: prover.calls, crashes: prover.crashes, failure: null };
}

class Prover {
  calls = 0;
  crashes = 0;
  readonly #durability: FileDurability;
  /** Oldest first: all that the log has been, which is what mode `os` may fall back to. */
  readonly #earlier: Ledger[] = [];

  constructor(durability: FileDurability) {
    this.#durability = durability;
  }

  run(steps: readonly StorageStep[]): void {
    const disk = diskOfNewNode();
    const { storage } = recoverNode(disk, this.#durability);
    steps.forEach((step, position) => {
      atEachChange(disk, (call) => {
        this.calls += 1;
        const where = `crash at ${call.operation} ${call.path} in operation ${position} (${step.operation.kind})`;
        this.#crashAt({ disk, step, where });
      });
      perform(disk, storage, step.operation);
      this.#earlier.push(step.before);
    });
    storage.close();
  }

  #crashAt({ disk, step, where }: Omit<Crash, 'allowed'>): void {
    const promised = [step.after, step.before];
    const left = this.#durability === 'fsync' ? promised : [...promised, ...this.#fallBacks(step)];
    const allowed = { promised: left, left };
    this.#crash({ disk, step, where: `${where}, the machine goes on`, allowed: { promised, left } }, null);
    const count = disk.unsyncedChanges;
    // Many more changes are unsynced in mode `os`: the run is to show other things than where a record tears.
    const stride = this.#durability === 'fsync' ? 1 : 5;
    for (let changes = 0; changes <= count; changes += stride) {
      this.#crash(
        { disk, step, where: `${where}, the first ${changes} of ${count} changes kept`, allowed },
        survivesUpTo(changes),
      );
      // From the first or from the last on are all and nothing again.
      if (changes === 0 || changes === count) continue;
      this.#crash(
        { disk, step, where: `${where}, the first ${changes} of ${count} lost`, allowed },
        survivesFrom(changes),
      );
    }
  }

  /** Snapshots are on the disk in each mode. */
  #fallBacks({ before, after }: StorageStep): Ledger[] {
    const snapshots = [...new Set([after.snapshot, before.snapshot])];
    return this.#earlier.toReversed().flatMap((ledger) => snapshots.map((snapshot) => ({ ...ledger, snapshot })));
  }

  /** Without a survival only the process ends: all is there, and nothing more of it safe. */
  #crash(crash: Crash, survival: Survival | null): void {
    const disk = crash.disk.copy();
    if (survival === null) disk.endProcess();
    else disk.crash(survival);
    this.#crashInRecovery({ ...crash, disk: disk.copy() });
    const ledger = this.#recover({ ...crash, disk });
    // What was believed once is on the disk by then.
    disk.crash(nothingSurvives);
    const node = this.#open(crash, disk);
    this.#compare({ ...crash, where: `${crash.where}, then again` }, node, [ledger]);
    const goesOn = writeOn(node, ledger);
    if (this.#durability === 'fsync') disk.crash(nothingSurvives);
    else disk.endProcess();
    this.#compare({ ...crash, where: `${crash.where}, then two writes` }, this.#open(crash, disk), [goesOn]);
  }

  /** A second crash, at each call of the recovery from the first. */
  #crashInRecovery(crash: Crash): void {
    const { disk } = crash;
    atEachChange(disk, ({ operation, path }) => {
      const [name, survival] = must(SECOND_SURVIVALS[this.crashes % SECOND_SURVIVALS.length], 'survival');
      const image = disk.copy();
      image.crash(survival);
      const where = `${crash.where}, then in recovery at ${operation} ${path}, ${name} kept`;
      this.#compare({ ...crash, where }, this.#open({ ...crash, where }, image), crash.allowed.left);
    });
    this.#open(crash, disk);
  }

  /** Gives what it has become. */
  #recover(crash: Crash): Ledger {
    return this.#compare(crash, this.#open(crash, crash.disk), crash.allowed.promised);
  }

  #open({ where }: Crash, disk: FaultyDisk): RecoveredNode {
    this.crashes += 1;
    try {
      return recoverNode(disk, this.#durability);
    } catch (error) {
      throw new Error(`${where}: ${String(error)}`);
    }
  }

  #compare({ step, where }: Crash, node: RecoveredNode, allowed: readonly Ledger[]): Ledger {
    const differences: string[] = [];
    for (const ledger of allowed) {
      const found = difference(node, ledger, step.latestBase);
      if (found === null) return ledger;
      differences.push(found);
    }
    throw new Error(`${where}: ${differences.slice(0, 2).join('; or ')}`);
  }
}

function atEachChange(disk: FaultyDisk, crash: (call: DiskCall) => void): void {
  disk.interfere = (call) => {
    if (!READING.has(call.operation)) crash(call);
    return null;
  };
}
