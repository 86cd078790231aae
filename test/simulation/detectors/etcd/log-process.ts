/** One process of a simulated run: the shipped log between a host and a store that are doubles, and its connection. */
import type { EtcdLogInput } from '../../../../src/engine/etcd/inputs.js';
import { EtcdLog } from '../../../../src/engine/etcd/etcd-log.js';
import type { EtcdLogEffect } from '../../../../src/engine/etcd/outbox.js';
import { drawFraction } from '../../../../src/random.js';
import { Finding } from '../finding.js';
import { Connection, type NetworkFaults } from './connection.js';
import type { EtcdModel } from './etcd-model.js';
import { HostDouble } from './host-double.js';
import type { LogWitness } from './log-witness.js';
import { StoreDouble } from './store-double.js';
import { Lane, type VirtualTime } from './virtual-time.js';

export interface ProcessSettings {
  readonly controllerTimeoutMs: number;
  readonly trailingEntries: number;
  readonly snapshotEntries: number;
  readonly creditBytes: number;
  /** Between threads. */
  readonly portDelayMs: number;
}

export interface World {
  readonly time: VirtualTime;
  readonly etcd: EtcdModel;
  readonly witness: LogWitness;
  readonly faults: NetworkFaults;
  readonly settings: ProcessSettings;
}

export class LogProcess {
  readonly host: HostDouble;
  readonly store: StoreDouble;
  readonly connection: Connection;
  readonly #world: World;
  readonly #log: EtcdLog;
  readonly #toHost: Lane;
  readonly #toStore: Lane;
  readonly #fromStore: Lane;
  #isGone = false;
  #wakeUpAt = Number.POSITIVE_INFINITY;

  constructor(world: World, writer: string) {
    const { time, etcd, witness, faults, settings } = world;
    const { random } = time;
    this.#world = world;
    const lane = (): Lane => new Lane(time, () => settings.portDelayMs);
    const fromHost = lane();
    this.#toHost = lane();
    this.#toStore = lane();
    this.#fromStore = lane();
    const deliver = (input: EtcdLogInput): void => {
      this.step(input);
    };
    this.connection = new Connection({ time, etcd, faults, deliver });
    this.host = new HostDouble({
      writer,
      random,
      witness,
      post: (message) => {
        fromHost.send(() => {
          this.step({ kind: 'host', message });
        });
      },
    });
    this.store = new StoreDouble({
      ...settings,
      writer,
      random,
      witness,
      post: (message) => {
        this.#fromStore.send(() => {
          this.step({ kind: 'store', message });
        });
      },
      answered: (text) => {
        this.host.answered(text);
      },
      readAnswered: (batch, index) => {
        this.host.readAnswered(batch, index);
      },
    });
    this.#log = new EtcdLog({ writer, ...settings }, { random: () => drawFraction(random) });
    this.store.begin();
    this.step({ kind: 'wake' });
  }

  get status(): ReturnType<EtcdLog['status']> {
    return this.#log.status();
  }

  /** Nothing of it runs again; what it has sent is on its way. */
  crash(): void {
    this.#isGone = true;
    this.connection.unwatch();
  }

  /** It hears and says nothing until then. */
  stallStore(untilMs: number): void {
    this.#toStore.stallUntil(untilMs);
    this.#fromStore.stallUntil(untilMs);
  }

  step(input: EtcdLogInput): void {
    if (this.#isGone) return;
    const { time } = this.#world;
    for (const effect of this.#log.step(input, time.now)) this.#perform(effect);
    const wakeUpAt = this.#log.nextWakeUp();
    if (wakeUpAt === this.#wakeUpAt) return;
    this.#wakeUpAt = wakeUpAt;
    if (wakeUpAt === Number.POSITIVE_INFINITY) return;
    time.at(wakeUpAt, () => {
      if (this.#wakeUpAt !== wakeUpAt) return;
      this.#wakeUpAt = Number.POSITIVE_INFINITY;
      this.step({ kind: 'wake' });
    });
  }

  #perform(effect: EtcdLogEffect): void {
    switch (effect.kind) {
      case 'request':
        this.connection.request(effect.id, effect.txn);
        return;
      case 'watch':
        this.connection.watch(effect.id, effect.fromRevision);
        return;
      case 'unwatch':
        this.connection.unwatch();
        return;
      case 'compact':
        this.connection.compact(effect.revision);
        return;
      case 'toHost':
        this.#toHost.send(() => {
          if (!this.#isGone) this.host.hear(effect.message);
        });
        return;
      case 'toStore':
        this.#toStore.send(() => {
          if (!this.#isGone) this.store.take(effect.message);
        });
        return;
      case 'end':
        throw new Finding('a readable log', effect.error.message);
      case 'log':
    }
  }
}
