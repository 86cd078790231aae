/**
 * The heartbeats of the brokers that `up` registers: no process is behind them, so it beats for them, as often as
 * Kafka's brokers do.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from '../index.js';
import type { BrokerInfo, MetadataStore } from '../index.js';

/** Kafka's `broker.heartbeat.interval.ms`. */
const INTERVAL_MS = 2_000;

/** For a cluster that is only started for a piece of work: nobody beats, and no broker is to be fenced for it. */
export const WITHOUT_HEARTBEATS = { brokerSessionTimeoutMs: 2_147_483_647 };

type BeatingStore = Pick<MetadataStore, 'heartbeat'>;
type BeatingBroker = Pick<BrokerInfo, 'id' | 'brokerEpoch'>;

export class Heartbeats {
  readonly #stop = new AbortController();
  #beating: Promise<unknown> = Promise.resolve();

  begin(store: BeatingStore, brokers: readonly BeatingBroker[]): void {
    this.#beating = beatOn(this.#stop.signal, store, brokers);
  }

  /** Resolves when none is under way. */
  async end(): Promise<void> {
    this.#stop.abort();
    await this.#beating;
  }
}

/** All at once, so that one wait does for all: a signal has room for ten listeners. */
async function beatOn(signal: AbortSignal, store: BeatingStore, brokers: readonly BeatingBroker[]): Promise<void> {
  let own = brokers;
  while (!signal.aborted) {
    const nextAtMs = performance.now() + INTERVAL_MS;
    const stillOwn = await Promise.all(own.map((broker) => beat(signal, store, broker)));
    own = own.filter((_, place) => stillOwn[place]);
    await delay(Math.max(0, nextAtMs - performance.now()), undefined, { signal }).catch(() => undefined);
  }
}

/** False: somebody else has registered it since, or nobody; it is not ours any more. */
async function beat(signal: AbortSignal, store: BeatingStore, { id, brokerEpoch }: BeatingBroker): Promise<boolean> {
  try {
    await store.heartbeat({ brokerId: id, brokerEpoch }, { signal, timeoutMs: INTERVAL_MS });
  } catch (error) {
    // Whatever else it is, the next may be heard.
    return !(error instanceof ClusterError && ['StaleEpoch', 'BrokerNotFound'].includes(error.code));
  }
  return true;
}
