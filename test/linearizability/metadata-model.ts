/**
 * The metadata as a sequential model, one state for each broker and each topic: the naive rules of
 * `test/metadata/naive-model.ts` on the records of one key alone. Brokers of the workload's topics are there from the
 * start and never change, so that keys share nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import { must } from '../../src/assert.js';
import type { ClusterMetadata } from '../../src/index.js';
import { NaiveGroups, type GroupOperation } from '../metadata/groups/naive-groups.js';
import { NaiveMetadata, type AnyOperation } from '../metadata/naive-model.js';
import type { Answer, SequentialModel } from './history.js';

export type MetadataQuery =
  | { readonly type: 'get_broker'; readonly id: number }
  | { readonly type: 'get_topic'; readonly name: string }
  | { readonly type: 'get_partition'; readonly topic: string; readonly partition: number }
  | { readonly type: 'list_partitions'; readonly topic: string }
  | { readonly type: 'fetch_offsets'; readonly groupId: string }
  | { readonly type: 'list_brokers' | 'metadata' };

/** Of a group without members: what members do waits for the others. */
type OffsetOperation = Extract<GroupOperation, { readonly type: 'commit_offsets' | 'delete_group' }>;

export type MetadataCall =
  | { readonly kind: 'write'; readonly operation: AnyOperation | OffsetOperation }
  | { readonly kind: 'read'; readonly query: MetadataQuery };

/** The records of one key, as JSON: equal states are equal texts. */
type KeyState = string;
type Records = Pick<ClusterMetadata, 'brokers' | 'topics' | 'partitions'> & Pick<NaiveGroups, 'groups'>;

/** Of every topic of the workload. */
export const REPLICAS: readonly number[] = [1, 2, 3];
/** Of all committed offsets; it stays as it is. */
export const OFFSETS_TOPIC = 'offsets';
export const PARTITIONS = 2;
/** A sequential model has no log: the epochs of its brokers are all this. */
const NO_INDEX = 0;
const NOTHING: Records = { brokers: {}, topics: {}, partitions: {}, groups: {} };
const EMPTY: KeyState = JSON.stringify(NOTHING);

const standingBrokers = (() => {
  const naive = new NaiveMetadata();
  for (const id of REPLICAS) {
    naive.apply({ type: 'register_broker', data: { id, addr: 'host:1' }, timestamp: 0 }, NO_INDEX);
  }
  return naive.state.brokers;
})();

export const metadataModel: SequentialModel<MetadataCall, KeyState> = {
  keyOf: (call) => (call.kind === 'write' ? keyOfOperation(call.operation) : keyOfQuery(call.query)),
  isWrite: ({ kind }) => kind === 'write',
  initial: () => EMPTY,
  step(state, call) {
    if (call.kind === 'read') return { state, answer: { value: answerQuery(recordsOf(state), call.query) } };
    const { operation } = call;
    return isOfGroup(operation) ? applyToGroup(state, operation) : applyOperation(state, operation);
  },
  survey(states, changes, call) {
    const all: Omit<Records, 'groups'> = { brokers: {}, topics: {}, partitions: {} };
    for (const state of states.values()) {
      const records = recordsOf(state);
      Object.assign(all.brokers, records.brokers);
      Object.assign(all.topics, records.topics);
      Object.assign(all.partitions, records.partitions);
    }
    const { type } = call.kind === 'read' ? call.query : { type: 'no write reads all keys' };
    return { value: type === 'list_brokers' ? Object.values(all.brokers) : { ...all, version: changes } };
  },
  sameAnswer: (one, other) => isDeepStrictEqual(one, other),
};

function keyOfOperation({ type, data }: AnyOperation | OffsetOperation): string {
  switch (type) {
    case 'commit_offsets':
    case 'delete_group':
      return `group ${data.groupId}`;
    case 'register_broker':
    case 'unregister_broker':
    case 'update_broker':
      return `broker ${data.id}`;
    case 'fence_broker':
    case 'unfence_broker':
    case 'begin_controlled_shutdown':
      return `broker ${data.brokerId}`;
    case 'create_topic':
    case 'delete_topic':
    case 'update_topic':
    case 'alter_topic_configs':
      return `topic ${data.name}`;
    case 'elect_leaders':
      return `topic ${must(data.partitions?.[0], 'one of a topic').topic}`;
    case 'alter_reassignments':
      return `topic ${must(data.changes[0], 'one of a topic').topic}`;
    case 'create_topics':
    case 'batch_create_partitions':
    case 'record_heartbeats':
      throw new Error('not in the workload: it has no key');
    default:
      return `topic ${data.topic}`;
  }
}

function keyOfQuery(query: MetadataQuery): string | null {
  switch (query.type) {
    case 'get_broker':
      return `broker ${query.id}`;
    case 'get_topic':
      return `topic ${query.name}`;
    case 'get_partition':
    case 'list_partitions':
      return `topic ${query.topic}`;
    case 'fetch_offsets':
      return `group ${query.groupId}`;
    default:
      return null;
  }
}

/** Parsed last: most calls of one key follow each other in the same state. */
let parsed: { readonly state: KeyState; readonly records: Records } = { state: EMPTY, records: parse(EMPTY) };

/** To be read, not changed. */
function recordsOf(state: KeyState): Records {
  if (parsed.state !== state) parsed = { state, records: parse(state) };
  return parsed.records;
}

function parse(state: KeyState): Records {
  return JSON.parse(state) as Records;
}

function applyOperation(state: KeyState, operation: AnyOperation): { state: KeyState; answer: Answer } {
  const naive = new NaiveMetadata();
  const ofBroker = keyOfOperation(operation).startsWith('broker');
  const { brokers, topics, partitions } = parse(state);
  naive.state = { brokers: ofBroker ? brokers : standingBrokers, topics, partitions, version: 0, lastModified: 0 };
  const answer = naive.apply(withoutBrokerEpoch(operation), NO_INDEX);
  if (naive.state.version === 0) return { state, answer };
  const records = { ...NOTHING, topics: naive.state.topics, partitions: naive.state.partitions };
  return { state: JSON.stringify(ofBroker ? { ...records, brokers: naive.state.brokers } : records), answer };
}

function isOfGroup(operation: AnyOperation | OffsetOperation): operation is OffsetOperation {
  return operation.type === 'commit_offsets' || operation.type === 'delete_group';
}

function applyToGroup(state: KeyState, operation: OffsetOperation): { state: KeyState; answer: Answer } {
  const naive = new NaiveGroups({ [OFFSETS_TOPIC]: PARTITIONS });
  naive.groups = parse(state).groups;
  const answer = naive.apply(operation, NO_INDEX);
  return { state: JSON.stringify({ ...NOTHING, groups: naive.groups }), answer };
}

/** Reports name the epochs that the brokers of all topics have: they never change. */
function withoutBrokerEpoch(operation: AnyOperation): AnyOperation {
  if (operation.type !== 'alter_isr') return operation;
  return { ...operation, data: { ...operation.data, brokerEpoch: NO_INDEX } };
}

function answerQuery({ brokers, topics, partitions, groups }: Records, query: MetadataQuery): unknown {
  switch (query.type) {
    case 'get_broker':
      return brokers[query.id];
    case 'get_topic':
      return topics[query.name];
    case 'get_partition':
      return partitions[`${query.topic}:${query.partition}`];
    case 'list_partitions':
      return Object.values(partitions).sort((a, b) => a.partition - b.partition);
    case 'fetch_offsets':
      return Object.entries(groups[query.groupId]?.offsets ?? {})
        .map(([id, { offset, metadata }]) => ({
          topic: OFFSETS_TOPIC,
          partition: Number(id.split(':')[1]),
          offset,
          metadata,
        }))
        .sort((a, b) => a.partition - b.partition);
    default:
      throw new Error(`${query.type} reads all keys`);
  }
}

/**
 * An answer of the store as the model words it: the latest time is left out, since it is no part of any one key, and so
 * are places in the log.
 */
export function modelValueOf(call: MetadataCall, value: unknown): unknown {
  if (call.kind === 'write' || call.query.type !== 'metadata') return withoutIndex(value);
  const { brokers, topics, partitions, version } = value as ClusterMetadata;
  const outOfPlace = Object.entries(brokers).map(([id, broker]) => [id, withoutIndex(broker)]);
  return { brokers: Object.fromEntries(outOfPlace) as unknown, topics, partitions, version };
}

function withoutIndex(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIndex);
  if (typeof value !== 'object' || value === null || !('brokerEpoch' in value)) return value;
  return { ...value, brokerEpoch: NO_INDEX };
}
