/**
 * Which partitions would get another leader by an election: looked for in a whole image, which takes a millisecond or
 * two for 100,000 partitions, so that no set of them has to be kept right.
 */
import type { BrokerStates } from './broker-states.js';
import { brokerStates } from './broker-states.js';
import type { ReadableImage, TopicRecord } from './image.js';
import { compareCodeUnits } from './code-units.js';
import { eachTopicRecord } from './image.js';
import type { Election } from './leader-election.js';
import { electionOf, electLeader } from './leader-election.js';
import type { PartitionInfo, TopicConfig } from './model.js';
import type { ElectionKind } from './operations.js';

/** Not more than `limit`, by topic and number. */
export function findElections(image: ReadableImage, kind: ElectionKind, limit: number): PartitionInfo[] {
  const brokers = brokerStates(image);
  const byTopic: (readonly [name: string, partitions: PartitionInfo[]])[] = [];
  for (const record of eachTopicRecord(image)) {
    const found = electionsOfTopic(record, kind, brokers);
    if (found.length > 0) byTopic.push([record.info.name, found]);
  }
  byTopic.sort(([a], [b]) => compareCodeUnits(a, b));
  return byTopic.flatMap(([, partitions]) => partitions).slice(0, limit);
}

/** Whether such an election is due at all: as in Kafka, only 'preferred' takes leadership from anyone. */
export function needsElection(kind: ElectionKind, { leader, replicas }: PartitionInfo): boolean {
  return kind === 'preferred' ? leader !== replicas[0] : leader === 0;
}

export function electionFor(kind: ElectionKind, config: TopicConfig): Election {
  return kind === 'online' ? electionOf(config) : kind;
}

function electionsOfTopic({ info, chunks }: TopicRecord, kind: ElectionKind, brokers: BrokerStates): PartitionInfo[] {
  const found: PartitionInfo[] = [];
  for (const chunk of chunks) {
    for (const partition of chunk) {
      if (partition === null || !needsElection(kind, partition)) continue;
      const { leader } = electLeader(electionFor(kind, info.config), partition, brokers);
      if (leader !== partition.leader) found.push(partition);
    }
  }
  return found;
}
