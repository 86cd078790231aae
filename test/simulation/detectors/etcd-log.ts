/**
 * The log in etcd, as several processes share it: they write, read, lead, fall behind and crash over an etcd that loses
 * and delays, compacts, fills up and goes away. Then all is whole again, and everything has to come to an end.
 */
import { createRandom, drawChance, drawFraction, drawInteger, type Random } from '../../../src/random.js';
import type { NetworkFaults } from './etcd/connection.js';
import { EtcdModel } from './etcd/etcd-model.js';
import { LogProcess, type World } from './etcd/log-process.js';
import { LogWitness } from './etcd/log-witness.js';
import { VirtualTime } from './etcd/virtual-time.js';
import { demand } from './finding.js';

const CHAOS_STEPS = 250;
/** On average, between two steps. */
const STEP_MS = 20;
const MOST_PROCESSES = 4;
/** All must be well within so long, once all is whole. */
const HEALTHY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 250;
const CONTROLLER_RATE = 0.4;

export interface LogFigures {
  readonly entries: number;
  readonly terms: number;
  readonly trims: number;
  readonly restored: number;
  readonly reads: number;
  readonly crashes: number;
}

export function shareLog(seed: number): LogFigures {
  const run = new LogRun(createRandom(seed));
  run.doHarm();
  run.recover();
  return run.figures();
}

class LogRun {
  readonly #random: Random;
  readonly #world: World;
  readonly #processes: LogProcess[] = [];
  readonly #gone: LogProcess[] = [];
  #writers = 0;

  constructor(random: Random) {
    this.#random = random;
    const time = new VirtualTime(random);
    const settings = {
      controllerTimeoutMs: drawInteger(random, 100, drawChance(random, 0.5) ? 150 : 800),
      trailingEntries: drawInteger(random, 0, 20),
      snapshotEntries: drawInteger(random, 5, 100),
      creditBytes: drawInteger(random, 50, 5_000),
      portDelayMs: 2 * drawFraction(random) ** 2,
    };
    const witness = new LogWitness(settings.trailingEntries);
    const etcd = new EtcdModel((changes) => {
      witness.written(changes);
      for (const { connection } of this.#processes) connection.pump();
    });
    this.#world = { time, etcd, witness, settings, faults: drawFaults(random) };
    for (let count = drawInteger(random, 1, MOST_PROCESSES + 1); count > 0; count -= 1) this.#start();
  }

  doHarm(): void {
    const { time } = this.#world;
    for (let step = 0; step < CHAOS_STEPS; step += 1) {
      this.#harm();
      time.runUntil(time.now + 2 * STEP_MS * drawFraction(this.#random));
    }
  }

  /** Everything answers again. */
  recover(): void {
    const { time, etcd, faults } = this.#world;
    const { delayMs, watchDelayMs } = faults;
    Object.assign(faults, WHOLE, { delayMs: Math.min(delayMs, 5), watchDelayMs: Math.min(watchDelayMs, 5) });
    etcd.isFull = false;
    // A watch that has lost something is found out by a read, or by what follows.
    for (const { host } of this.#processes) host.write(3);
    const until = time.now + HEALTHY_WITHIN_MS;
    let ill: string | null = 'nothing was looked at';
    while (ill !== null && time.now < until) {
      for (const { host } of this.#processes) host.read(drawChance(this.#random, 0.5));
      time.runUntil(time.now + LOOK_EVERY_MS);
      ill = this.#illness();
    }
    demand(ill === null, 'all ends well', () => `${HEALTHY_WITHIN_MS} ms after all was whole: ${String(ill)}`);
    this.#readOnceMore(until);
  }

  figures(): LogFigures {
    const { witness } = this.#world;
    const all = [...this.#processes, ...this.#gone];
    const sum = (of: (process: LogProcess) => number): number => all.reduce((total, each) => total + of(each), 0);
    return {
      entries: witness.lastIndex,
      terms: witness.terms,
      trims: witness.trims,
      restored: sum(({ store }) => store.restoredTimes),
      reads: sum(({ host }) => host.answeredReads),
      crashes: this.#gone.length,
    };
  }

  #start(): void {
    this.#writers += 1;
    this.#processes.push(new LogProcess(this.#world, `w${this.#writers}`));
  }

  #harm(): void {
    const random = this.#random;
    const { time, etcd, faults, settings } = this.#world;
    const any = this.#victim();
    const until = time.now + time.delay(4 * settings.controllerTimeoutMs);
    const harms: Record<string, readonly [weight: number, happens: () => void]> = {
      writes: [40, () => any.host.write(drawInteger(random, 1, 30))],
      controlled: [15, () => this.#processes.forEach(({ store }) => store.propose(drawInteger(random, 1, 4)))],
      reads: [17, () => any.host.read(drawChance(random, 0.5))],
      storeStalls: [7, () => any.stallStore(until)],
      watchStalls: [4, () => any.connection.stallWatch(until)],
      watchBreaks: [2, () => any.connection.cutWatch()],
      cutOff: [4, () => any.connection.cut(until)],
      compaction: [2, () => etcd.compact(etcd.revision - drawInteger(random, 0, 20))],
      quota: [2, () => (etcd.isFull = !etcd.isFull && drawChance(random, 0.5))],
      outage: [2, () => (faults.isDown = !faults.isDown && drawChance(random, 0.5))],
      ends: [1, () => this.#end(any)],
      crashes: [2, () => this.#replace(any)],
      nothing: [2, () => time.runUntil(until)],
    };
    let draw = drawInteger(random, 0, 100);
    const drawn = Object.values(harms).find(([weight]) => {
      draw -= weight;
      return draw < 0;
    });
    drawn?.[1]();
  }

  /** The controller often: most that can go wrong begins with it. */
  #victim(): LogProcess {
    const any = this.#processes[drawInteger(this.#random, 0, this.#processes.length)] as LogProcess;
    const controller = this.#processes.find(({ store }) => store.term !== null);
    return drawChance(this.#random, CONTROLLER_RATE) ? (controller ?? any) : any;
  }

  /** In good order. */
  #end(process: LogProcess): void {
    const { time } = this.#world;
    process.step({ kind: 'resign' });
    time.after(time.delay(50), () => {
      if (this.#processes.includes(process)) this.#replace(process);
    });
  }

  #replace(process: LogProcess): void {
    process.crash();
    this.#gone.push(process);
    this.#processes.splice(this.#processes.indexOf(process), 1);
    this.#start();
  }

  /** Null: all is as it should be. */
  #illness(): string | null {
    const { witness } = this.#world;
    const controllers = this.#processes.filter(({ store }) => store.term !== null);
    for (const { host, store, status } of this.#processes) {
      const { writer } = status;
      if (!status.joined || !host.isOpen) return `${writer} has not joined: ${JSON.stringify(status)}`;
      if (!host.isIdle) return `${writer} has writes without an answer: ${JSON.stringify(status)}`;
      if (host.waitingReads > 1) return `${writer} has ${host.waitingReads} reads without an answer`;
      if (store.appliedIndex !== witness.lastIndex) return `${writer} has applied ${store.appliedIndex}`;
    }
    return controllers.length === 1 ? null : `${controllers.length} controllers`;
  }

  /** By the controller, wherever it is, and here. */
  #readOnceMore(until: number): void {
    const { time } = this.#world;
    for (const toController of [true, false]) {
      for (const { host, status } of this.#processes) {
        const before = host.answeredReads;
        while (host.answeredReads === before && time.now < until) {
          host.read(toController);
          time.runUntil(time.now + LOOK_EVERY_MS);
        }
        const isAnswered = host.answeredReads > before;
        demand(isAnswered, 'reads are answered', () => `none of ${status.writer}, to the controller: ${toController}`);
      }
    }
  }
}

const WHOLE = { slowRate: 0, lossRate: 0, watchCutRate: 0, watchLossRate: 0, slipRate: 0, isDown: false };

/** Most seeds have a few of them. */
function drawFaults(random: Random): NetworkFaults {
  const rate = (most: number): number => (drawChance(random, 0.5) ? most * drawFraction(random) ** 2 : 0);
  return {
    delayMs: 1 + 30 * drawFraction(random) ** 2,
    slowRate: rate(0.2),
    lossRate: rate(0.1),
    watchDelayMs: 1 + 600 * drawFraction(random) ** 2,
    watchCutRate: rate(0.05),
    watchLossRate: rate(0.2),
    slipRate: rate(1),
    isDown: false,
  };
}
