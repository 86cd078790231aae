/**
 * What a broker's status means for the partitions in whose replica lists it stands, as in Kafka's
 * `generateLeaderAndIsrUpdates`: one that is no longer active leaves the ISRs and its leaderships; an active one may lead
 * what has no leader; replicas on a fenced one are offline. Costs as much as the broker has partitions, however many
 * others there are.
 */
import { must } from '../assert.js';
import type { BrokerStates } from './broker-states.js';
import { brokerStates, isFencedStatus } from './broker-states.js';
import type { BrokerRecord, ImageDraft } from './image.js';
import { findBroker, findTopic, partitionsOfBroker, putBroker } from './image.js';
import { electionOf } from './leader-election.js';
import type { BrokerStatus, PartitionInfo } from './model.js';
import type { PartitionTarget } from './partition-change.js';
import { changedPartition } from './partition-change.js';
import { putPartitions } from './partition-writes.js';
import { withIsr } from './reassignment.js';

/** `record`: of a registered broker, in the place of the one that is there. The only way to give a broker a status. */
export function replaceBroker(draft: ImageDraft, record: BrokerRecord, timestamp: number): void {
  const { id, status } = record.info;
  const before = must(findBroker(draft, id), 'a registered broker').info.status;
  putBroker(draft, record);
  if (standingOf(before) === standingOf(status)) return;
  const brokers = brokerStates(draft);
  const changed: PartitionInfo[] = [];
  for (const partition of partitionsOfBroker(draft, id)) {
    const { config } = must(findTopic(draft, partition.topic), 'the topic of a partition').info;
    const target = targetOf(partition, id, before, brokers);
    const next = changedPartition(partition, target, electionOf(config), brokers, timestamp);
    if (next !== partition) changed.push(next);
  }
  putPartitions(draft, changed);
}

type Standing = 'active' | 'draining' | 'fenced';

function standingOf(status: BrokerStatus): Standing {
  if (isFencedStatus(status)) return 'fenced';
  return status === 'draining' ? 'draining' : 'active';
}

function targetOf(
  partition: PartitionInfo,
  id: number,
  before: BrokerStatus,
  { isActive, isFenced }: BrokerStates,
): PartitionTarget {
  const { replicas, isr, offlineReplicas } = partition;
  const others = (ids: number[]): number[] => ids.filter((other) => other !== id);
  const target = withIsr(partition, isActive(id) ? isr : others(isr));
  if (isFenced(id) === isFencedStatus(before)) return target;
  const isOffline = (other: number): boolean => (other === id ? isFenced(id) : offlineReplicas.includes(other));
  return { ...target, offlineReplicas: replicas.filter(isOffline) };
}
