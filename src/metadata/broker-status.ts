/**
 * What a broker's status means for the partitions in whose replica lists it stands, as in Kafka's
 * `generateLeaderAndIsrUpdates`: one that is no longer active leaves the ISRs and its leaderships; an active one may
 * lead what has no leader; replicas on a fenced one are offline. Costs as much as the broker has partitions, however
 * many others there are.
 */
import { must } from '../assert.js';
import { brokerStates, isActive, isFenced } from './broker-states.js';
import type { ImageDraft } from './image.js';
import { findBroker, findTopic } from './image.js';
import { putBroker } from './image-draft.js';
import { electionOf } from './leader-election.js';
import type { BrokerInfo, PartitionInfo } from './model.js';
import type { OperationContext } from './operation-handler.js';
import type { PartitionTarget } from './partition-change.js';
import { changedPartition } from './partition-change.js';
import { writePartitions } from './partition-writes.js';
import { withIsr } from './reassignment.js';

/** `broker`: registered, in the place of the record that is there. The only way to give a broker a status. */
export function replaceBroker(draft: ImageDraft, broker: BrokerInfo, context: OperationContext): void {
  const { id } = broker;
  const { timestamp, replicas } = context;
  const before = standingOf(must(findBroker(draft, id), 'a registered broker'));
  const after = standingOf(broker);
  putBroker(draft, broker);
  if (before === after) return;
  const brokers = brokerStates(draft);
  const changed: PartitionInfo[] = [];
  for (const partition of replicas.partitionsOf(id, draft)) {
    const { config } = must(findTopic(draft, partition.topic), 'the topic of a partition').info;
    const rules = { election: electionOf(config), brokers, timestamp };
    const next = changedPartition(partition, targetOf(partition, id, before, after), rules);
    if (next !== partition) changed.push(next);
  }
  writePartitions(draft, changed);
}

type Standing = 'active' | 'draining' | 'fenced';

function standingOf(info: BrokerInfo): Standing {
  if (isActive(info)) return 'active';
  return isFenced(info) ? 'fenced' : 'draining';
}

function targetOf(partition: PartitionInfo, id: number, before: Standing, after: Standing): PartitionTarget {
  const { replicas, isr, offlineReplicas } = partition;
  const target = withIsr(partition, after === 'active' ? isr : isr.filter((other) => other !== id));
  if (before !== 'fenced' && after !== 'fenced') return target;
  const isOffline = (other: number): boolean => (other === id ? after === 'fenced' : offlineReplicas.includes(other));
  const { addingReplicas, removingReplicas } = target;
  return { replicas, isr: target.isr, addingReplicas, removingReplicas, offlineReplicas: replicas.filter(isOffline) };
}
