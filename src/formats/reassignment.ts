/**
 * The JSON of `kafka-reassign-partitions`: which brokers are to hold each partition. What `--execute`, `--verify` and
 * `--cancel` read, and what `--generate` prints as the current assignment.
 */
import { compareCodeUnits } from '../metadata/code-units.js';
import { MAX_BROKER_ID, MAX_PARTITIONS_PER_TOPIC, MAX_REPLICATION_FACTOR } from '../metadata/limits.js';
import type { PartitionInfo } from '../metadata/model.js';
import { partitionId } from '../metadata/model.js';
import { readJson, reportRepeated } from './json-input.js';

/** One partition of it; a list of them is the argument of `MetadataStore.alterReassignments`. */
export interface Reassignment {
  topic: string;
  partition: number;
  /** Broker ids are Kafka's: 0 is one like any other. */
  replicas: number[];
}

const VERSION = 1;
const MAX_REASSIGNMENTS = 10_000_000;
/** Kafka's word for "in whichever log directory the broker chooses". */
const ANY_LOG_DIR = 'any';

/**
 * As Kafka's tool reads it: without a version it is version 1, `log_dirs` are as many as the replicas. They are
 * dropped, for a broker has no log directories here. Throws `InvalidArgument` naming the first member out of shape;
 * also for a partition that is listed twice.
 */
export function readReassignment(text: string): Reassignment[] {
  return readJson(text, (input) => {
    if (input.has('version')) input.integer('version', VERSION, VERSION);
    const reassignments = input.readers('partitions', MAX_REASSIGNMENTS).map((partition): Reassignment => {
      const topic = partition.text('topic', 'a name', (name) => name !== '');
      const number = partition.integer('partition', 0, MAX_PARTITIONS_PER_TOPIC);
      const replicas = partition.integers('replicas', { from: 0, to: MAX_BROKER_ID }, MAX_REPLICATION_FACTOR);
      const id = partitionId(topic, number);
      if (replicas.length === 0) partition.report(`the replicas of ${id}`, 'at least one', replicas);
      if (partition.has('log_dirs')) {
        const logDirs = partition.list('log_dirs', MAX_REPLICATION_FACTOR);
        const fit = logDirs.length === replicas.length && logDirs.every((logDir) => typeof logDir === 'string');
        if (!fit) partition.report(`the log_dirs of ${id}`, 'one text for each replica', logDirs);
      }
      return { topic, partition: number, replicas };
    });
    reportRepeated(
      input,
      'partition',
      reassignments.map(({ topic, partition }) => partitionId(topic, partition)),
    );
    return reassignments;
  });
}

/** By topic and number, in the shape and order of Kafka's tool; without a newline at the end. */
export function writeReassignment(partitions: Iterable<Pick<PartitionInfo, keyof Reassignment>>): string {
  const sorted = [...partitions].sort((a, b) => compareCodeUnits(a.topic, b.topic) || a.partition - b.partition);
  return JSON.stringify({
    version: VERSION,
    partitions: sorted.map(({ topic, partition, replicas }) => ({
      topic,
      partition,
      replicas,
      log_dirs: replicas.map(() => ANY_LOG_DIR),
    })),
  });
}
