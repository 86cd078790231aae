/**
 * Which calls clients make, drawn from a seed: few keys, so that calls meet; writes that contradict each other, since
 * what commutes shows no lost or doubled write. Every write has a time of its own, which marks its record.
 */
import type { PartitionInfo } from '../../src/index.js';
import { drawChance, drawFraction, drawInteger, type Random } from '../../src/random.js';
import type { AnyOperation } from '../metadata/naive-model.js';
import { OFFSETS_TOPIC, PARTITIONS, REPLICAS, type MetadataCall, type MetadataQuery } from './metadata-model.js';

const TOPICS = 5;
/** Those that hold no replica come and go. */
const FIRST_BROKER = 11;
const BROKERS = 4;
const GROUPS = 2;
const GROUP_SHARE = 0.15;
const WRITE_SHARE = 0.45;
/** Groups keep time by the clock on the wall, and no offset is to expire. */
const FAR_FUTURE_MS = 2 ** 42;

type Place = Pick<PartitionInfo, 'topic' | 'partition'>;
type HeardPartition = Pick<PartitionInfo, 'leader' | 'leaderEpoch' | 'partitionEpoch'>;
type WriteCall = Extract<MetadataCall, { readonly kind: 'write' }>;

const NOT_HEARD_OF: HeardPartition = { leader: 0, leaderEpoch: 1, partitionEpoch: 0 };

/** What all clients of a run share: how far the clock has come, and what has been heard of epochs. */
export interface Workload {
  readonly random: Random;
  clock: number;
  readonly partitions: Map<string, HeardPartition>;
  /** Of the brokers of all topics. */
  readonly brokerEpochs: Map<number, number>;
}

export function createWorkload(random: Random, clock = 0): Workload {
  return { random, clock, partitions: new Map(), brokerEpochs: new Map() };
}

/** Before the others: the brokers of all topics, and the topics. */
export function firstCalls(workload: Workload): MetadataCall[] {
  const brokers = REPLICAS.map((id) => write(workload, 'register_broker', { id, addr: `host:${id}` }));
  const topics = Array.from({ length: TOPICS }, (_, number) => createTopic(workload, topicName(number)));
  return [...brokers, ...topics, createTopic(workload, OFFSETS_TOPIC)];
}

export function drawCall(workload: Workload): MetadataCall {
  const { random } = workload;
  if (drawChance(random, GROUP_SHARE)) return drawGroupCall(workload);
  const topic = topicName(drawInteger(random, 0, TOPICS));
  const id = FIRST_BROKER + drawInteger(random, 0, BROKERS);
  const ofBroker = drawChance(random, BROKERS / (BROKERS + TOPICS));
  if (!drawChance(random, WRITE_SHARE)) return { kind: 'read', query: drawQuery(random, ofBroker, id, topic) };
  return ofBroker ? drawBrokerWrite(workload, id) : drawTopicWrite(workload, topic);
}

/** What a partition's answer tells every client. */
export function learn(workload: Workload, value: unknown): void {
  if (typeof value !== 'object' || value === null || !('leaderEpoch' in value)) return;
  const { topic, partition, leader, leaderEpoch, partitionEpoch } = value as PartitionInfo;
  workload.partitions.set(`${topic}:${partition}`, { leader, leaderEpoch, partitionEpoch });
}

/** What the answer to a registration tells the leaders of partitions. */
export function learnEpoch({ brokerEpochs }: Workload, { operation }: WriteCall, index: number): void {
  if (operation.type === 'register_broker') brokerEpochs.set(operation.data.id, index);
}

function topicName(number: number): string {
  return `topic-${number}`;
}

function drawQuery(random: Random, ofBroker: boolean, id: number, topic: string): MetadataQuery {
  const draw = drawFraction(random);
  if (draw < 0.02) return { type: 'metadata' };
  if (ofBroker) return draw < 0.1 ? { type: 'list_brokers' } : { type: 'get_broker', id };
  if (draw < 0.15) return { type: 'get_topic', name: topic };
  if (draw < 0.4) return { type: 'list_partitions', topic };
  return { type: 'get_partition', topic, partition: drawInteger(random, 0, PARTITIONS) };
}

function drawBrokerWrite(workload: Workload, id: number): MetadataCall {
  const draw = drawFraction(workload.random);
  if (draw < 0.15) return write(workload, 'unregister_broker', { id });
  if (draw < 0.45) return write(workload, 'register_broker', { id, addr: `host:${id}` });
  return write(workload, 'update_broker', { id, change: { rack: `rack-${workload.clock}` } });
}

function drawTopicWrite(workload: Workload, topic: string): MetadataCall {
  const { random, clock } = workload;
  const draw = drawFraction(random);
  if (draw < 0.03) return write(workload, 'delete_topic', { name: topic });
  if (draw < 0.12) return createTopic(workload, topic);
  if (draw < 0.16) return write(workload, 'update_topic', { name: topic, config: { retentionMs: clock } });
  if (draw < 0.2) {
    const changes = [{ key: 'min.compaction.lag.ms', op: 'set', value: String(clock) } as const];
    return write(workload, 'alter_topic_configs', { name: topic, changes });
  }
  const place = { topic, partition: drawInteger(random, 0, PARTITIONS) };
  return draw < 0.6 ? drawControl(workload, place) : drawChange(workload, place);
}

/** As an operator, or the leader of a partition, has it by Kafka's rules. */
function drawControl(workload: Workload, place: Place): MetadataCall {
  const { random, brokerEpochs } = workload;
  const draw = drawFraction(random);
  if (draw < 0.3) {
    const kind = draw < 0.2 ? 'preferred' : 'unclean';
    return write(workload, 'elect_leaders', { kind, partitions: [place] });
  }
  if (draw < 0.6) {
    const replicas = drawChance(random, 0.2) ? null : drawReplicas(random);
    return write(workload, 'alter_reassignments', { changes: [{ ...place, replicas }] });
  }
  const { leader, ...epochs } = workload.partitions.get(`${place.topic}:${place.partition}`) ?? NOT_HEARD_OF;
  const brokerId = Math.max(1, leader);
  const brokerEpoch = brokerEpochs.get(brokerId);
  if (brokerEpoch === undefined) return drawChange(workload, place);
  const report = { brokerId, brokerEpoch, ...epochs };
  return write(workload, 'alter_isr', { ...report, ...place, isr: drawIsr(random) });
}

/** As the first design has it. */
function drawChange(workload: Workload, place: Place): MetadataCall {
  const { random, partitions } = workload;
  const key = `${place.topic}:${place.partition}`;
  const draw = drawFraction(random);
  const leader = drawInteger(random, 0, REPLICAS.length + 1);
  if (draw < 0.55) {
    // Seldom one that others have used up, or one ahead.
    const heard = partitions.get(key) ?? NOT_HEARD_OF;
    const leaderEpoch = heard.leaderEpoch + drawInteger(random, 0, 10);
    partitions.set(key, { ...heard, leaderEpoch });
    return write(workload, 'update_leader', { ...place, leader, leaderEpoch });
  }
  if (draw < 0.85) return write(workload, 'update_partition', { ...place, change: { leader } });
  return write(workload, 'update_isr', { ...place, isr: drawIsr(random) });
}

function drawIsr(random: Random): number[] {
  return REPLICAS.filter(() => drawChance(random, 0.8));
}

/** Not always in the order of their ids, so that who is preferred varies. */
function drawReplicas(random: Random): number[] {
  const replicas = REPLICAS.filter(() => drawChance(random, 0.8));
  return drawChance(random, 0.5) ? replicas : replicas.reverse();
}

function drawGroupCall(workload: Workload): MetadataCall {
  const { random } = workload;
  const groupId = `group-${drawInteger(random, 0, GROUPS)}`;
  if (!drawChance(random, WRITE_SHARE)) return { kind: 'read', query: { type: 'fetch_offsets', groupId } };
  workload.clock += 1;
  const timestamp = FAR_FUTURE_MS + workload.clock;
  if (drawChance(random, 0.2))
    return { kind: 'write', operation: { type: 'delete_group', data: { groupId }, timestamp } };
  const place = { topic: OFFSETS_TOPIC, partition: drawInteger(random, 0, PARTITIONS) };
  const offsets = [{ ...place, offset: workload.clock, metadata: `at ${workload.clock}` }];
  return { kind: 'write', operation: { type: 'commit_offsets', data: { groupId, offsets }, timestamp } };
}

function createTopic(workload: Workload, name: string): MetadataCall {
  const assignment = Array.from({ length: PARTITIONS }, () => REPLICAS);
  const shape = { partitions: PARTITIONS, replicationFactor: REPLICAS.length };
  return write(workload, 'create_topic', { name, ...shape, assignment });
}

function write<Type extends AnyOperation['type']>(
  workload: Workload,
  type: Type,
  data: Extract<AnyOperation, { readonly type: Type }>['data'],
): MetadataCall {
  workload.clock += 1;
  return { kind: 'write', operation: { type, data, timestamp: workload.clock } as AnyOperation };
}
