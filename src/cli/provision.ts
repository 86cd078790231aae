/**
 * Fills a cluster: brokers on three racks, then the topics of a file. What is there already is left as it is. A refused
 * topic ends it with one line that names it.
 */

import { ClusterError } from '../index.js';
import { CommandError, ExitCode, describeError } from './errors.js';
import { plural } from './tables.js';
import type { RequestedTopic } from './topic-file.js';
import type { BrokerInfo, ClusterMetadata, MetadataStore, Wait } from '../index.js';

const TOPICS_AT_ONCE = 256;
const DEFAULT_REPLICATION_FACTOR = 3;
const FIRST_PORT = 9_092;

export interface Filling {
  /** Registered under the ids from 1 on. */
  brokers: number;
  topics: readonly RequestedTopic[];
}

/** What of it is not there yet. */
export function missingFrom({ brokers, topics }: ClusterMetadata, filling: Filling): Missing {
  const ids = Array.from({ length: filling.brokers }, (_, position) => position + 1);
  return {
    brokerIds: ids.filter((id) => brokers[id] === undefined),
    topics: filling.topics.filter(({ name }) => topics[name] === undefined),
  };
}

interface Missing {
  brokerIds: readonly number[];
  topics: readonly RequestedTopic[];
}

export async function registerBrokers(store: MetadataStore, ids: readonly number[], wait: Wait): Promise<void> {
  await Promise.all(ids.map((id) => store.registerBroker({ id, addr: addressOf(id), rack: rackOf(id) }, wait)));
}

/** Those that were registered here, now or by an earlier run. */
export function isOwn({ id, addr }: Pick<BrokerInfo, 'id' | 'addr'>): boolean {
  return addr === addressOf(id);
}

function addressOf(brokerId: number): string {
  return `127.0.0.1:${FIRST_PORT + brokerId - 1}`;
}

/** Brokers in pairs over three racks: 1 and 2 in the first, 3 and 4 in the second, 7 and 8 in the first again. */
export function rackOf(brokerId: number): string {
  return `rack-${(Math.floor((brokerId - 1) / 2) % 3) + 1}`;
}

export async function createTopics(
  store: MetadataStore,
  requested: readonly RequestedTopic[],
  brokers: number,
  wait: Wait,
): Promise<void> {
  const create = (topic: RequestedTopic): Promise<unknown> => {
    const replicationFactor = topic.replicationFactor ?? Math.min(DEFAULT_REPLICATION_FACTOR, brokers);
    return store.createTopic(
      topic.name,
      { partitions: topic.partitions, replicationFactor, config: topic.config },
      wait,
    );
  };
  for (let first = 0; first < requested.length; first += TOPICS_AT_ONCE) {
    const batch = requested.slice(first, first + TOPICS_AT_ONCE);
    const outcomes = await Promise.allSettled(batch.map(create));
    const refusals = outcomes.flatMap((outcome, position) =>
      outcome.status === 'rejected' ? [{ name: batch[position]?.name ?? '', reason: outcome.reason as unknown }] : [],
    );
    const [refusal] = refusals;
    if (refusal === undefined) continue;
    if (!(refusal.reason instanceof ClusterError) || wait.signal?.aborted) throw refusal.reason;
    const others = refusals.length > 1 ? ` (and ${plural(refusals.length - 1, 'other topic')})` : '';
    throw new CommandError(
      `topic "${refusal.name}" refused: ${describeError(refusal.reason)}${others}`,
      ExitCode.failure,
    );
  }
}
