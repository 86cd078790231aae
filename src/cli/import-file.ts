/**
 * The files that a cluster is filled from: Strimzi `KafkaTopic` resources, the metadata that `kcat -L -J` prints, and
 * reassignments of `kafka-reassign-partitions`, told apart by what is in them. Reads and translates; whether a name, a
 * count or a value is acceptable is for the store to answer.
 */

import { readFile } from 'node:fs/promises';
import { ClusterError, detectFormat, readKafkaTopics, readKcatMetadata, readReassignment } from '../index.js';
import type { KcatMetadata, KcatTopic, NewBroker, NewPartition, Reassignment, TopicConfig } from '../index.js';
import { usageError } from './errors.js';

export type ImportFile = FillingFile | ReassignmentFile;

export interface FillingFile {
  format: 'strimzi' | 'kcat';
  filling: Filling;
}

export interface ReassignmentFile {
  format: 'reassignment';
  reassignments: readonly Reassignment[];
}

/** What a cluster is to hold. */
export interface Filling {
  brokers: readonly NewBroker[];
  /** Those of the brokers that are not there. */
  fenced: readonly number[];
  topics: readonly WantedTopic[];
}

export interface WantedTopic {
  name: string;
  partitions: number;
  /** Undefined: left to the cluster. */
  replicationFactor: number | undefined;
  config: Partial<TopicConfig>;
  /** Where its partitions are, who leads them and who is in sync; null: they are placed when it is created. */
  placed: readonly NewPartition[] | null;
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'not UTF-8 text',
};

/** `brokerOffset` is added to every broker id of the file. Rejects a usage `CommandError`: `file:line: what`. */
export async function readImportFile(path: string, brokerOffset: number): Promise<ImportFile> {
  const text = await readText(path);
  try {
    const format = detectFormat(text);
    switch (format) {
      case 'strimzi': {
        const topics = (await readKafkaTopics(text)).map((topic) => ({ ...topic, placed: null }));
        return { format, filling: { brokers: [], fenced: [], topics } };
      }
      case 'kcat':
        return { format, filling: fillingOf(readKcatMetadata(text), shiftBy(brokerOffset)) };
      case 'reassignment': {
        const shift = shiftBy(brokerOffset);
        const reassignments = readReassignment(text).map((each) => ({ ...each, replicas: each.replicas.map(shift) }));
        return { format, reassignments };
      }
    }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const { line } = error.details;
    throw usageError(`${path}${typeof line === 'number' ? `:${line}` : ''}: ${error.message}`);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw usageError(`cannot read ${path}: ${UNREADABLE[code] ?? code}`);
  }
}

/** Broker 0, which is one like any other in Kafka, is "none" here. */
function shiftBy(offset: number): (id: number) => number {
  return (id) => {
    if (id + offset >= 1) return id + offset;
    const advice = `ids begin at 1 here; --broker-offset ${1 - id} makes it broker 1`;
    throw new ClusterError('InvalidArgument', `broker ${id}: ${advice}`);
  };
}

/** Brokers that only replica lists name were not there; their addresses are not known, and no address is like these. */
function fillingOf({ brokers, topics }: KcatMetadata, shift: (id: number) => number): Filling {
  const present = brokers.map(({ id, addr }) => ({ id: shift(id), addr }));
  const known = new Set(present.map(({ id }) => id));
  const placed = topics.map((topic) => topicOf(topic, shift));
  const absent = new Set<number>();
  for (const topic of placed) {
    for (const { replicas } of topic.placed ?? []) {
      for (const id of replicas) if (!known.has(id)) absent.add(id);
    }
  }
  const fenced = [...absent].sort((a, b) => a - b);
  const unknown = fenced.map((id) => ({ id, addr: `broker-${id}.invalid:9092` }));
  return { brokers: [...present, ...unknown], fenced, topics: placed };
}

function topicOf({ name, partitions }: KcatTopic, shift: (id: number) => number): WantedTopic {
  const placed = partitions.map(({ partition, leader, replicas, isr }) => ({
    topic: name,
    partition,
    replicas: replicas.map(shift),
    isr: isr.map(shift),
    leader: leader === null ? 0 : shift(leader),
  }));
  const replicationFactor = placed[0]?.replicas.length;
  return { name, partitions: placed.length, replicationFactor, config: {}, placed };
}
