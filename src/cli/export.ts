/** `conclave export`: what a data folder, or a cluster that runs, holds, in the format of another tool. */

import { writeKafkaTopics, writeKcatMetadata, writeReassignment } from '../index.js';
import type { ClusterMetadata } from '../index.js';
import { usageError } from './errors.js';
import type { ExportRequest } from './folder-commands.js';
import { placeOf } from './import-place.js';

/** The text, without a newline at its end. */
export async function exportText(request: ExportRequest, interrupt: AbortSignal): Promise<string> {
  const { place, format, brokerOffset, resources } = request;
  const state = await placeOf(place, null, interrupt).metadata();
  switch (format) {
    case 'kcat':
      return writeKcatMetadata(shifted(state, brokerOffset));
    case 'strimzi':
      return writeKafkaTopics(Object.values(state.topics), resources).trimEnd();
    case 'reassignment':
      return writeReassignment(Object.values(shifted(state, brokerOffset).partitions));
  }
}

function shifted(state: ClusterMetadata, offset: number): ClusterMetadata {
  if (offset === 0) return state;
  const shift = (id: number): number => {
    if (id + offset >= 0) return id + offset;
    throw usageError(`--broker-offset: broker ${id} would be ${id + offset}`);
  };
  const brokers = Object.values(state.brokers).map((broker) => ({ ...broker, id: shift(broker.id) }));
  const partitions = Object.entries(state.partitions).map(([key, partition]) => {
    const { leader, replicas, isr } = partition;
    const led = leader === 0 ? NO_LEADER : shift(leader);
    return [key, { ...partition, leader: led, replicas: replicas.map(shift), isr: isr.map(shift) }] as const;
  });
  return {
    ...state,
    brokers: Object.fromEntries(brokers.map((broker) => [broker.id, broker])),
    partitions: Object.fromEntries(partitions),
  };
}

/** Broker 0 may be one like any other once ids are Kafka's. */
const NO_LEADER = -1;
