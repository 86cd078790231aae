/**
 * Which calls clients make, drawn from a seed: few keys, so that calls meet; writes that contradict each other, since
 * what commutes shows no lost or doubled write. Every write has a time of its own, which marks its record.
 */
import { drawChance, drawFraction, drawInteger, type Random } from '../../src/random.js';
import type { AnyOperation } from '../metadata/naive-model.js';
import { REPLICAS, type MetadataCall, type MetadataQuery } from './metadata-model.js';

const TOPICS = 5;
const PARTITIONS = 2;
/** Those that hold no replica come and go. */
const FIRST_BROKER = 11;
const BROKERS = 4;
const WRITE_SHARE = 0.45;

/** What all clients of a run share: how far the clock has come, and which leader epochs have been heard of. */
export interface Workload {
  readonly random: Random;
  clock: number;
  readonly leaderEpochs: Map<string, number>;
}

export function createWorkload(random: Random, clock = 0): Workload {
  return { random, clock, leaderEpochs: new Map() };
}

/** Before the others: the brokers of all topics, and the topics. */
export function firstCalls(workload: Workload): MetadataCall[] {
  const brokers = REPLICAS.map((id) => write(workload, 'register_broker', { id, addr: `host:${id}` }));
  const topics = Array.from({ length: TOPICS }, (_, number) => createTopic(workload, topicName(number)));
  return [...brokers, ...topics];
}

export function drawCall(workload: Workload): MetadataCall {
  const { random } = workload;
  const topic = topicName(drawInteger(random, 0, TOPICS));
  const id = FIRST_BROKER + drawInteger(random, 0, BROKERS);
  const ofBroker = drawChance(random, BROKERS / (BROKERS + TOPICS));
  if (!drawChance(random, WRITE_SHARE)) return { kind: 'read', query: drawQuery(random, ofBroker, id, topic) };
  return ofBroker ? drawBrokerWrite(workload, id) : drawTopicWrite(workload, topic);
}

/** What a partition's answer tells every client. */
export function learn(workload: Workload, value: unknown): void {
  if (typeof value !== 'object' || value === null || !('leaderEpoch' in value)) return;
  const { topic, partition, leaderEpoch } = value as { topic: string; partition: number; leaderEpoch: number };
  workload.leaderEpochs.set(`${topic}:${partition}`, leaderEpoch);
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
  const { random, clock, leaderEpochs } = workload;
  const draw = drawFraction(random);
  if (draw < 0.03) return write(workload, 'delete_topic', { name: topic });
  if (draw < 0.12) return createTopic(workload, topic);
  if (draw < 0.2) return write(workload, 'update_topic', { name: topic, config: { retentionMs: clock } });
  const partition = drawInteger(random, 0, PARTITIONS);
  const leader = drawInteger(random, 0, REPLICAS.length + 1);
  if (draw < 0.65) {
    // Seldom one that others have used up, or one ahead.
    const leaderEpoch = (leaderEpochs.get(`${topic}:${partition}`) ?? 1) + drawInteger(random, 0, 10);
    leaderEpochs.set(`${topic}:${partition}`, leaderEpoch);
    return write(workload, 'update_leader', { topic, partition, leader, leaderEpoch });
  }
  if (draw < 0.9) return write(workload, 'update_partition', { topic, partition, change: { leader } });
  const isr = REPLICAS.filter(() => drawChance(random, 0.8));
  return write(workload, 'update_isr', { topic, partition, isr });
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
