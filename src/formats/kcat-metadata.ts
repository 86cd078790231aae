/**
 * The metadata of a cluster as `kcat -L -J` prints it: one JSON object of brokers, topics and partitions, in the names
 * and the order of kcat 1.7. It says nothing of racks, of settings, or of brokers that are not there.
 */
import type { InputReader } from '../metadata/input-reader.js';
import { MAX_BROKER_ID, MAX_PARTITIONS_PER_TOPIC, MAX_REPLICATION_FACTOR } from '../metadata/limits.js';
import type { BrokerInfo, ClusterMetadata, PartitionInfo } from '../metadata/model.js';
import { readJson, reportRepeated } from './json-input.js';

/** What of it says something of the cluster. Broker ids are Kafka's: 0 is one like any other. */
export interface KcatMetadata {
  /** Those that were there: no fenced or dead one. `addr` is host:port, with brackets around an IPv6 address. */
  brokers: { id: number; addr: string }[];
  topics: KcatTopic[];
}

export interface KcatTopic {
  name: string;
  /** From 0 on, none left out. */
  partitions: KcatPartition[];
}

export interface KcatPartition {
  partition: number;
  /** Null: none was available. */
  leader: number | null;
  replicas: number[];
  isr: number[];
}

const NO_BROKER = -1;
const LEADER_NOT_AVAILABLE = 'Broker: Leader not available';
const MAX_BROKERS = 100_000;
const MAX_TOPICS = 1_000_000;

/**
 * What `kcat -L -J` printed; members beyond those of `KcatMetadata` may be missing. Topics without partitions, which is
 * how kcat tells of those it could not find, are left out. Throws `InvalidArgument` naming the first member out of
 * shape, as `topics[3].partitions[0].leader must be …`.
 */
export function readKcatMetadata(text: string): KcatMetadata {
  return readJson(text, (input) => {
    const brokers = input.readers('brokers', MAX_BROKERS).map((broker) => ({
      id: broker.integer('id', 0, MAX_BROKER_ID),
      addr: withBrackets(broker.text('name', 'host:port', isAddress)),
    }));
    const topics = input.readers('topics', MAX_TOPICS).map(readTopic);
    const found = topics.filter(({ partitions }) => partitions.length > 0);
    reportRepeated(
      input,
      'broker',
      brokers.map(({ id }) => id),
    );
    reportRepeated(
      input,
      'topic',
      found.map(({ name }) => name),
    );
    return { brokers, topics: found };
  });
}

/**
 * The text that `kcat -L -J` would print of such a cluster, without a newline at the end. As Kafka answers: fenced and
 * dead brokers are not among the brokers, and what such a broker led has no leader. The controller is -1, for none of
 * the brokers is one.
 */
export function writeKcatMetadata({ brokers, topics, partitions }: ClusterMetadata): string {
  const present = Object.values(brokers)
    .filter(({ status }) => status === 'alive' || status === 'draining')
    .sort((a, b) => a.id - b.id);
  const ids = new Set(present.map(({ id }) => id));
  const partitionsOf = new Map<string, PartitionInfo[]>();
  for (const name of Object.keys(topics).sort()) partitionsOf.set(name, []);
  for (const partition of Object.values(partitions)) partitionsOf.get(partition.topic)?.push(partition);
  return JSON.stringify({
    originating_broker: originOf(present[0]),
    query: { topic: '*' },
    controllerid: NO_BROKER,
    brokers: present.map(({ id, addr }) => ({ id, name: withoutBrackets(addr) })),
    topics: [...partitionsOf].map(([topic, known]) => ({
      topic,
      partitions: known.sort((a, b) => a.partition - b.partition).map((partition) => toKcat(partition, ids)),
    })),
  });
}

function readTopic(topic: InputReader): KcatTopic {
  const name = topic.text('topic', 'a name', (text) => text !== '');
  const partitions = topic.readers('partitions', MAX_PARTITIONS_PER_TOPIC).map(readPartition);
  partitions.sort((a, b) => a.partition - b.partition);
  const astray = partitions.find(({ partition }, position) => partition !== position);
  if (astray !== undefined) {
    topic.report(`the partitions of topic ${name}`, `0 to ${partitions.length - 1}`, astray.partition);
  }
  return { name, partitions };
}

function readPartition(partition: InputReader): KcatPartition {
  const leader = partition.integer('leader', NO_BROKER, MAX_BROKER_ID);
  const idsOf = (member: 'replicas' | 'isrs'): number[] =>
    partition.readers(member, MAX_REPLICATION_FACTOR).map((broker) => broker.integer('id', 0, MAX_BROKER_ID));
  return {
    partition: partition.integer('partition', 0, MAX_PARTITIONS_PER_TOPIC),
    leader: leader === NO_BROKER ? null : leader,
    replicas: idsOf('replicas'),
    isr: idsOf('isrs'),
  };
}

function originOf(broker: BrokerInfo | undefined): { id: number; name: string } {
  if (broker === undefined) return { id: NO_BROKER, name: '' };
  return { id: broker.id, name: `${withoutBrackets(broker.addr)}/${broker.id}` };
}

function toKcat({ partition, leader, replicas, isr }: PartitionInfo, present: ReadonlySet<number>): object {
  const isLed = present.has(leader);
  return {
    partition,
    ...(isLed ? {} : { error: LEADER_NOT_AVAILABLE }),
    leader: isLed ? leader : NO_BROKER,
    replicas: replicas.map((id) => ({ id })),
    isrs: isr.map((id) => ({ id })),
  };
}

function isAddress(text: string): boolean {
  return /^.+:\d{1,5}$/.test(text);
}

/** kcat puts host and port together as they are, also where the host is full of colons. */
function withBrackets(address: string): string {
  const host = address.slice(0, address.lastIndexOf(':'));
  return host.includes(':') && !host.startsWith('[') ? `[${host}]${address.slice(host.length)}` : address;
}

function withoutBrackets(address: string): string {
  return address.replace(/^\[(.*)\]/, '$1');
}
