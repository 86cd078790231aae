/** Operations and queries: JSON in UTF-8 that any client may send, answered whatever it holds. */
import { findViolations } from '../../src/metadata/invariants.js';
import { createMetadataMachine, type MetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import { decodeOperation } from '../../src/metadata/operation-codec.js';
import { refuseMalformed } from '../../src/metadata/refuse-malformed.js';
import { joinBytes } from '../../src/state-machine/canonical-json.js';
import { mutateJson } from './mutate-json.js';
import { pick } from './mutate-bytes.js';
import { require, type Target } from './target.js';

const encoder = new TextEncoder();

const resources = { cpuCores: 4, memoryTotalBytes: 2 ** 34, diskUsedBytes: 0.5 };
const config = { retentionMs: -1, compressionType: 'zstd', extra: { 'cleanup.policy': 'compact' } };

const protocols = ['range', 'uniform'].map((name) => ({ name, metadata: '{"topics":["orders","__proto__"]}' }));
/** Of the joins below, by their place. */
const [READER, FIRST, SECOND] = [10, 12, 13].map((place) => `consumer-1000-${place}`);

function joining(groupId: string, memberId = '') {
  const times = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 60_000 };
  return { groupId, memberId, ...times, protocolType: 'consumer', protocols };
}

/** Each is accepted after those before it. */
const HISTORY = [
  ...[1, 2, 3].map((id) => operation('register_broker', { id, addr: `broker-${id}:9092`, rack: 'r', resources })),
  operation('update_broker', { id: 2, change: { resources, rack: '', lastHeartbeat: 7 } }),
  operation('create_topic', { name: 'orders', partitions: 4, replicationFactor: 2, config, strategy: 'roundRobin' }),
  operation('create_topic', { name: '__proto__', partitions: 2, replicationFactor: 1, assignment: [[1], [2]] }),
  operation('create_topic', { name: 'late.topic', partitions: 3, replicationFactor: 2, assignment: 'none' }),
  operation('update_topic', { name: 'orders', config }),
  operation('create_partition', { topic: 'late.topic', partition: 0, replicas: [1, 2], isr: [1], leader: 1 }),
  operation('join_group', joining('readers')),
  operation('sync_group', { groupId: 'readers', memberId: READER, generation: 1 }),
  operation('join_group', joining('__proto__')),
  operation('join_group', joining('__proto__')),
  operation('commit_offsets', { groupId: 'simple', offsets: [{ topic: 'orders', partition: 1, offset: 5 }] }),
];

/** The state machine after `HISTORY` accepts each of these. */
const NEXT = [
  operation('alter_isr', {
    ...{ topic: 'orders', partition: 0, isr: [1] },
    ...{ brokerId: 1, brokerEpoch: 1, leaderEpoch: 1, partitionEpoch: 0 },
  }),
  operation('elect_leaders', { kind: 'unclean', partitions: [{ topic: 'orders', partition: 1 }] }),
  operation('add_partitions', {
    topic: 'orders',
    total: 6,
    assignment: [
      [2, 1],
      [3, 2],
    ],
  }),
  operation('alter_reassignments', {
    changes: [
      { topic: 'orders', partition: 3, replicas: [2, 3] },
      { topic: 'orders', partition: 2, replicas: [1] },
    ],
  }),
  operation('record_heartbeats', { brokers: [{ brokerId: 1, brokerEpoch: 1, agoMs: 5, resources }] }),
  operation('begin_controlled_shutdown', { brokerId: 2, brokerEpoch: 2 }),
  operation('fence_broker', { brokerId: 3, brokerEpoch: 3 }),
  operation('unfence_broker', { brokerId: 3, brokerEpoch: 3 }),
  operation('unregister_broker', { id: 9 }),
  operation('update_broker', { id: 1, change: { addr: 'other:1', status: 'alive', resources } }),
  operation('register_broker', { id: 4, addr: 'broker-4:9092', rack: 'r', resources }),
  operation('create_topic', { name: 'more', partitions: 8, replicationFactor: 3, config, strategy: 'resource' }),
  JSON.stringify({
    type: 'create_topic',
    data: { name: 'more', partitions: 8, replicationFactor: 3 },
    placementSeed: 7,
  }),
  operation('delete_topic', { name: 'orders' }),
  operation('update_topic', { name: 'orders', config }),
  operation('alter_topic_configs', {
    name: 'orders',
    changes: [
      { key: 'cleanup.policy', op: 'append', value: 'delete' },
      { key: 'min.cleanable.dirty.ratio', op: 'set', value: '0.25' },
      { key: 'leader.replication.throttled.replicas', op: 'set', value: '0:1,1:2' },
      { key: 'retention.ms', op: 'delete' },
    ],
    validateOnly: false,
  }),
  operation('create_topics', {
    topics: [
      { name: 'more', partitions: 8, replicationFactor: 3, config },
      { name: 'placed', partitions: 2, replicationFactor: 1, assignment: [[1], [2]] },
    ],
    validateOnly: false,
  }),
  operation('batch_create_partitions', {
    partitions: [
      { topic: 'late.topic', partition: 1, replicas: [1, 3] },
      { topic: 'late.topic', partition: 2, replicas: [3, 2] },
    ],
  }),
  operation('update_partition', {
    topic: 'orders',
    partition: 0,
    change: { leader: 1, leaderEpoch: 5, replicas: [1, 2], isr: [1, 2], offlineReplicas: [2] },
  }),
  operation('update_leader', { topic: 'orders', partition: 1, leader: 0, leaderEpoch: 9 }),
  operation('update_isr', { topic: 'orders', partition: 2, isr: [1] }),
  operation('update_replica_list', { topic: 'orders', partition: 3, replicas: [3, 1] }),
  operation('join_group', joining('readers')),
  operation('join_group', joining('__proto__', FIRST)),
  operation('sync_group', {
    groupId: 'readers',
    memberId: READER,
    generation: 1,
    assignments: [{ memberId: READER, assignment: 'all' }],
  }),
  operation('leave_group', { groupId: '__proto__', memberId: SECOND }),
  operation('commit_offsets', {
    groupId: 'readers',
    memberId: READER,
    generation: 1,
    offsets: [{ topic: 'orders', partition: 0, offset: 2 ** 40, metadata: 'note' }],
  }),
  operation('delete_group', { groupId: 'simple' }),
  operation('expire_group_members', { groupId: 'readers', generation: 1, memberIds: [READER] }),
  operation('complete_rebalance', { groupId: '__proto__', generation: 1, phase: 'join' }),
  operation('expire_offsets', { groupId: 'simple' }),
];

const QUERIES = [
  { type: 'get_broker', id: 1 },
  { type: 'get_topic', name: 'orders' },
  { type: 'get_partition', topic: 'orders', partition: 1 },
  { type: 'list_partitions', topic: '__proto__' },
  { type: 'list_reassignments' },
  {
    type: 'allocate_partitions',
    topic: 'new',
    partitions: 6,
    replicationFactor: 2,
    strategy: 'striped',
    placementSeed: 7,
  },
  { type: 'balance' },
  { type: 'browse', of: 'partitions', find: 'o', onlyProblems: true, offset: 1, limit: 10 },
  { type: 'metadata' },
  { type: 'validate', operation: { type: 'update_topic', data: { name: 'orders', config }, timestamp: 1_000 } },
  { type: 'list_groups' },
  { type: 'describe_group', groupId: '__proto__' },
  { type: 'fetch_offsets', groupId: 'simple' },
  { type: 'await_join', groupId: '__proto__', memberId: SECOND },
  { type: 'await_sync', groupId: 'readers', memberId: READER, generation: 1 },
].map((query) => JSON.stringify(query));

function operation(type: string, data: unknown): string {
  return JSON.stringify({ type, data, timestamp: 1_000 });
}

let history: Uint8Array | undefined;

/** With brokers, topics and partitions to change. */
export function createFilledMachine(): MetadataMachine {
  const machine = createMetadataMachine();
  if (history === undefined) {
    machine.begin();
    for (const [place, each] of HISTORY.entries()) {
      const answer = machine.apply(encoder.encode(each), { index: place + 1 });
      require('value' in answer, `${each} is accepted: ${JSON.stringify(answer)}`);
    }
    machine.end();
    history = joinBytes(machine.capture().serialize());
  } else {
    machine.restore(history);
  }
  return machine;
}

export const FURTHER_OPERATIONS: readonly string[] = NEXT;

export const operations: Target = {
  kind: 'operation',
  share: 250_000,
  timesAsLong: 100_000, // one that asks for the most replicas that it may, a million, is no attack
  create() {
    const machine = createFilledMachine();
    let index = HISTORY.length;
    return (random) => {
      const command = mutateJson(random, pick(random, NEXT), pick(random, HISTORY));
      const before = machine.image();
      index += 1;
      machine.begin();
      const answer = machine.apply(command, { index });
      machine.end();
      const decoded = decodeOperation(command);
      const refusal = decoded === undefined ? null : refuseMalformed(decoded);
      if ('error' in answer) {
        require(machine.image() === before, 'an operation that is refused changes nothing');
        return 'refused';
      }
      require(refusal === null, `what the client refuses as ${refusal?.code ?? ''} is not accepted`);
      const violations = findViolations(machine.image(), machine.replicas());
      require(violations.length === 0, violations.join('; '));
      JSON.stringify(answer.value);
      return 'accepted';
    };
  },
};

export const queries: Target = {
  kind: 'query',
  share: 100_000,
  timesAsLong: 100_000, // as for operations
  create() {
    const machine = createFilledMachine();
    return (random) => {
      const before = machine.image();
      const answer = machine.query(mutateJson(random, pick(random, QUERIES), pick(random, QUERIES)));
      require(machine.image() === before, 'a query changes nothing');
      return 'error' in answer ? 'refused' : 'accepted';
    };
  },
};
