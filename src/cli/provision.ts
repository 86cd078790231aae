/**
 * Fills a cluster: brokers, topics, and the partitions of those that say where they are. What is there already is left
 * as it is. The same calls are first rehearsed on a state machine of the command's own, so that what would be refused
 * is known before anything is changed.
 */

import { ClusterError, createMetadataStateMachine } from '../index.js';
import type { BrokerInfo, ClusterMetadata, ErrorCode, MetadataStore, NewBroker, Wait } from '../index.js';
import { CommandError, describeError, ExitCode } from './errors.js';
import type { Filling, WantedTopic } from './import-file.js';
import { plural } from './tables.js';

const TOPICS_AT_ONCE = 256;
const DEFAULT_REPLICATION_FACTOR = 3;
const FIRST_PORT = 9_092;

/** One broker or topic that the store would not take. */
export interface Refusal {
  what: string;
  reason: ClusterError;
}

/** What filling asks of a store. */
export type FilledStore = Pick<
  MetadataStore,
  'registerBroker' | 'updateBroker' | 'createTopic' | 'createPartitions' | 'deleteTopic'
>;

/** What of it is not there yet. */
export function missingFrom({ brokers, topics }: ClusterMetadata, filling: Filling): Filling {
  return {
    brokers: filling.brokers.filter(({ id }) => brokers[id] === undefined),
    fenced: filling.fenced.filter((id) => brokers[id] === undefined),
    topics: filling.topics.filter(({ name }) => topics[name] === undefined),
  };
}

/** One line for each topic that is there with another number of partitions. */
export function differencesFrom({ topics }: ClusterMetadata, filling: Filling): string[] {
  return filling.topics.flatMap(({ name, partitions }) => {
    const kept = topics[name]?.numPartitions ?? partitions;
    return kept === partitions ? [] : [`topic "${name}" keeps its ${kept} partitions; the file says ${partitions}`];
  });
}

/** Those that were registered here, now or by an earlier run. */
export function isOwn({ id, addr }: Pick<BrokerInfo, 'id' | 'addr'>): boolean {
  return addr === addressOf(id);
}

/** Brokers 1 to `count`, on this machine. */
export function localBrokers(count: number): NewBroker[] {
  return Array.from({ length: count }, (_, position) => {
    const id = position + 1;
    return { id, addr: addressOf(id), rack: rackOf(id) };
  });
}

function addressOf(brokerId: number): string {
  return `127.0.0.1:${FIRST_PORT + brokerId - 1}`;
}

/** Brokers in pairs over three racks: 1 and 2 in the first, 3 and 4 in the second, 7 and 8 in the first again. */
export function rackOf(brokerId: number): string {
  return `rack-${(Math.floor((brokerId - 1) / 2) % 3) + 1}`;
}

/** Throws a `CommandError` for what `found` would not take; nothing is changed. */
export async function checkFilling(found: ClusterMetadata, missing: Filling, wait: Wait): Promise<void> {
  const refusals = await rehearse(found, missing, wait);
  if (refusals.length > 0) throw refusalError(refusals);
}

/** `brokers`: how many there are with those that are registered here. Throws a `CommandError` when any is refused. */
export async function fill(store: FilledStore, brokers: number, missing: Filling, wait: Wait): Promise<void> {
  const refusals = await tryToFill(store, brokers, missing, wait);
  if (refusals.length > 0) throw refusalError(refusals);
}

/** What would be refused, in order; empty when all of it would be taken. */
export async function rehearse(found: ClusterMetadata, missing: Filling, wait: Wait): Promise<Refusal[]> {
  const store = rehearsalStore();
  for (const { id, addr, rack, status, resources } of Object.values(found.brokers)) {
    await store.registerBroker({ id, addr, rack, resources });
    if (status !== 'alive') await store.updateBroker(id, { status });
  }
  // Of topics that are there only the names matter: they may collide.
  for (const { name, numPartitions, replicationFactor } of Object.values(found.topics)) {
    await store.createTopic(name, { partitions: numPartitions, replicationFactor, assignment: 'none' });
  }
  return tryToFill(store, Object.keys(found.brokers).length + missing.brokers.length, missing, wait);
}

/** Those that were refused, in order: what is refused stops nothing of its kind, and what needs it is left out. */
export async function tryToFill(store: FilledStore, brokers: number, missing: Filling, wait: Wait): Promise<Refusal[]> {
  const refused = await eachAtOnce(
    missing.brokers,
    ({ id }) => `broker ${id}`,
    (broker) => store.registerBroker(broker, wait),
    wait,
  );
  if (refused.length > 0) return refused;
  const defaultFactor = Math.min(DEFAULT_REPLICATION_FACTOR, brokers);
  const refusals: Refusal[] = [];
  for (let first = 0; first < missing.topics.length; first += TOPICS_AT_ONCE) {
    const batch = missing.topics.slice(first, first + TOPICS_AT_ONCE);
    const create = (topic: WantedTopic): Promise<unknown> => createTopic(store, topic, defaultFactor, wait);
    refusals.push(...(await eachAtOnce(batch, ({ name }) => `topic "${name}"`, create, wait)));
  }
  // Last: a broker that is not there is given no replica.
  const fence = (id: number): Promise<unknown> => store.updateBroker(id, { status: 'unreachable' }, wait);
  return [...refusals, ...(await eachAtOnce(missing.fenced, (id) => `broker ${id}`, fence, wait))];
}

async function createTopic(store: FilledStore, topic: WantedTopic, defaultFactor: number, wait: Wait): Promise<void> {
  const { name, partitions, config, placed, replicationFactor = defaultFactor } = topic;
  const shape = { partitions, replicationFactor, config };
  if (placed === null) {
    await store.createTopic(name, shape, wait);
    return;
  }
  await store.createTopic(name, { ...shape, assignment: 'none' }, wait);
  try {
    await store.createPartitions(placed, wait);
  } catch (error) {
    await store.deleteTopic(name, wait).catch(() => undefined); // the first error says more
    throw error;
  }
}

/** Those that a `ClusterError` refused; throws any other error, and every one after an abort. */
async function eachAtOnce<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  call: (item: Item) => Promise<unknown>,
  { signal }: Wait,
): Promise<Refusal[]> {
  const outcomes = await Promise.allSettled(items.map(call));
  return outcomes.flatMap((outcome, position) => {
    const item = items[position];
    if (outcome.status === 'fulfilled' || item === undefined) return [];
    const reason: unknown = outcome.reason;
    if (!(reason instanceof ClusterError) || signal?.aborted === true) throw reason;
    return [{ what: nameOf(item), reason }];
  });
}

export function refusalText({ what, reason }: Refusal): string {
  return `${what} refused: ${describeError(reason)}`;
}

/** The first, and how many more. */
export function refusalError(refusals: readonly Refusal[]): CommandError {
  const text = refusals.slice(0, 1).map(refusalText).join();
  const kind = text.split(' ', 1).join();
  const others = refusals.length > 1 ? ` (and ${plural(refusals.length - 1, `other ${kind}`)})` : '';
  return new CommandError(`${text}${others}`, ExitCode.failure);
}

/** The calls of a store on a state machine of its own, in this thread. */
function rehearsalStore(): FilledStore {
  const machine = createMetadataStateMachine();
  const encoder = new TextEncoder();
  let index = 0;
  const apply = (type: string, data: object): Promise<never> => {
    index += 1;
    const answer = machine.apply(encoder.encode(JSON.stringify({ type, data })), { index, term: 1 });
    const { value, error } = answer as { value: never; error?: { code: ErrorCode; message: string } };
    return error === undefined ? Promise.resolve(value) : Promise.reject(new ClusterError(error.code, error.message));
  };
  return {
    registerBroker: (broker) => apply('register_broker', broker),
    updateBroker: (id, change) => apply('update_broker', { id, change }),
    createTopic: (name, spec) => apply('create_topic', { name, ...spec }),
    createPartitions: (partitions) => apply('batch_create_partitions', { partitions }),
    deleteTopic: (name) => apply('delete_topic', { name }),
  };
}
