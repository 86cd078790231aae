/**
 * What each broker carries already, over all topics. Counted when it is asked for, not kept in the brokers' records: a
 * count of leaders there would have to be written with every change of a leader, which is the most frequent operation.
 */
import type { ReadableImage, TopicRecord } from '../image.js';
import { eachTopicRecord } from '../image.js';
import type { BrokerInfo } from '../model.js';
import { estimatePartitionBytes } from './capacity.js';

export interface BrokerLoad {
  leaders: number;
  replicas: number;
  /** What its replicas may grow to, in whole bytes. */
  promisedBytes: number;
}

type TopicLoads = ReadonlyMap<number, Pick<BrokerLoad, 'leaders' | 'replicas'>>;

/** Each record is counted once in its life. */
const counted = new WeakMap<TopicRecord, TopicLoads>();

export function countLoads(image: ReadableImage, brokers: readonly Readonly<BrokerInfo>[]): Map<number, BrokerLoad> {
  const resourcesOf = new Map(brokers.map(({ id, resources }) => [id, resources]));
  const loads = new Map(
    brokers.map(({ id }): [number, BrokerLoad] => [id, { leaders: 0, replicas: 0, promisedBytes: 0 }]),
  );
  for (const record of eachTopicRecord(image)) {
    for (const [id, { leaders, replicas }] of loadsOfTopic(record)) {
      const load = loads.get(id);
      const resources = resourcesOf.get(id);
      if (load === undefined || resources === undefined) continue;
      load.leaders += leaders;
      load.replicas += replicas;
      // In another order on another node: whole numbers come to the same sum, or to one that is more than any disk has.
      load.promisedBytes += replicas * estimatePartitionBytes(record.info.config, resources);
    }
  }
  return loads;
}

function loadsOfTopic(record: TopicRecord): TopicLoads {
  const known = counted.get(record);
  if (known !== undefined) return known;
  const loads = new Map<number, { leaders: number; replicas: number }>();
  const loadOf = (id: number): { leaders: number; replicas: number } => {
    let load = loads.get(id);
    if (load === undefined) loads.set(id, (load = { leaders: 0, replicas: 0 }));
    return load;
  };
  for (const chunk of record.chunks) {
    for (const partition of chunk) {
      if (partition === null) continue;
      for (const id of partition.replicas) loadOf(id).replicas += 1;
      loadOf(partition.leader).leaders += 1; // broker 0, which is none, is asked for by nobody
    }
  }
  counted.set(record, loads);
  return loads;
}
