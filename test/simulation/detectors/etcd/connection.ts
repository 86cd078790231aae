/**
 * What stands between one process and etcd: requests that are late, overtake each other, or are lost before or after
 * they were performed; a watch that lags, breaks, or loses what it should tell.
 */
import type { EtcdLogInput } from '../../../../src/engine/etcd/inputs.js';
import type { KvFailure, Txn } from '../../../../src/engine/etcd/kv.js';
import { drawChance, drawFraction, drawInteger } from '../../../../src/random.js';
import type { EtcdModel, Revision } from './etcd-model.js';
import type { VirtualTime } from './virtual-time.js';

/** Drawn for each seed; all 0 once what was broken is whole again. */
export interface NetworkFaults {
  /** Of requests, one way and the other. */
  delayMs: number;
  /** Of requests: so many take ten times as long. */
  slowRate: number;
  lossRate: number;
  watchDelayMs: number;
  watchCutRate: number;
  /** Of changes: etcd has done that. */
  watchLossRate: number;
  /** Past a quota that is used up. */
  slipRate: number;
  /** Nothing answers. */
  isDown: boolean;
}

const UNAVAILABLE: KvFailure = { kind: 'unavailable', message: 'no answer' };
const COMPACTED: KvFailure = { kind: 'compacted', message: 'required revision has been compacted' };
const SLOW_FACTOR = 10;
/** How much later than its failure a request may still be performed, as a multiple of a delay. */
const LATE_FACTOR = 20;

export interface ConnectionOptions {
  readonly time: VirtualTime;
  readonly etcd: EtcdModel;
  readonly faults: NetworkFaults;
  readonly deliver: (input: EtcdLogInput) => void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  #watch: { readonly id: number; nextRevision: number } | null = null;
  #pumping = false;
  #cutUntilMs = 0;
  #watchStallsUntilMs = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get #isDown(): boolean {
    const { time, faults } = this.#options;
    return faults.isDown || time.now < this.#cutUntilMs;
  }

  request(id: number, txn: Txn): void {
    const { time, faults, deliver } = this.#options;
    const { random } = time;
    const fails = (): void => {
      deliver({ kind: 'failed', id, failure: UNAVAILABLE });
    };
    if (!this.#isDown && !drawChance(random, faults.lossRate)) {
      time.after(this.#delay(), () => {
        const result = this.#perform(txn);
        time.after(this.#delay(), () => {
          deliver('succeeded' in result ? { kind: 'answered', id, result } : { kind: 'failed', id, failure: result });
        });
      });
      return;
    }
    const failsAfterMs = this.#delay() + this.#delay();
    time.after(failsAfterMs, fails);
    const fate = this.#isDown ? 1 : drawFraction(random);
    // Before its failure is told, or behind it; or never.
    if (fate < 0.4) time.after(drawFraction(random) * failsAfterMs, () => this.#perform(txn));
    else if (fate < 0.6) time.after(failsAfterMs + time.delay(LATE_FACTOR * faults.delayMs), () => this.#perform(txn));
  }

  watch(id: number, fromRevision: number): void {
    this.#watch = { id, nextRevision: fromRevision };
    this.pump();
  }

  unwatch(): void {
    this.#watch = null;
  }

  compact(revision: number): void {
    this.#options.time.after(this.#delay(), () => {
      this.#options.etcd.compact(revision);
    });
  }

  /** Something may have changed. */
  pump(): void {
    if (this.#pumping || this.#watch === null) return;
    this.#pumping = true;
    const { time, faults } = this.#options;
    time.at(Math.max(this.#watchStallsUntilMs, time.now + time.delay(faults.watchDelayMs)), () => {
      this.#pumping = false;
      this.#tell();
    });
  }

  /** Until then nothing answers this process. */
  cut(untilMs: number): void {
    this.#cutUntilMs = untilMs;
    this.cutWatch();
  }

  /** It tells nothing until then, and does not end. */
  stallWatch(untilMs: number): void {
    this.#watchStallsUntilMs = untilMs;
  }

  cutWatch(): void {
    this.#failWatch(UNAVAILABLE);
  }

  #tell(): void {
    const { etcd, time, faults, deliver } = this.#options;
    const watch = this.#watch;
    if (watch === null) return;
    const revisions = etcd.changesFrom(watch.nextRevision);
    if (revisions === null) {
      this.#failWatch(COMPACTED);
      return;
    }
    if (this.#isDown || drawChance(time.random, faults.watchCutRate)) {
      this.cutWatch();
      return;
    }
    if (revisions.length === 0) return;
    const told = revisions.slice(0, drawInteger(time.random, 1, revisions.length + 1));
    watch.nextRevision = (told.at(-1) as Revision).revision + 1;
    const changes = told
      .flatMap((each) => (drawChance(time.random, faults.watchLossRate) ? [] : each.changes))
      // What sorts behind is not watched.
      .filter(({ key }) => key < 'head');
    if (changes.length > 0) deliver({ kind: 'watched', id: watch.id, changes });
    this.pump();
  }

  #failWatch(failure: KvFailure): void {
    const watch = this.#watch;
    this.#watch = null;
    if (watch !== null) this.#options.deliver({ kind: 'watchFailed', id: watch.id, failure });
  }

  #perform(txn: Txn): ReturnType<EtcdModel['perform']> {
    const { time, etcd, faults } = this.#options;
    return etcd.perform(txn, drawChance(time.random, faults.slipRate));
  }

  #delay(): number {
    const { time, faults } = this.#options;
    return time.delay(faults.delayMs) * (drawChance(time.random, faults.slowRate) ? SLOW_FACTOR : 1);
  }
}
