/**
 * What a broker's status means for the partitions in whose replica lists it stands, as in Kafka's
 * `generateLeaderAndIsrUpdates`: one that is no longer active leaves the ISRs and its leaderships; an active one may lead
 * what has no leader; replicas on a fenced one are offline. Costs as much as the broker has partitions, however many
 * others there are.
 */
import { must } from '../assert.js';
import { brokerStates, isActive, isFenced } from './broker-states.js';
import type { ImageDraft } from './image.js';
import { findBroker, findTopic } from './image.js';
import { putBroker } from './image-draft.js';
import { electionOf } from './leader-election.js';
import type { BrokerInfo, PartitionInfo } from './model.js';
import type { ChangeContext, PartitionTarget } from './partition-change.js';
import { changedPartition, targetWith } from './partition-change.js';
import { writePartitions } from './partition-writes.js';
import { partitionsOfBroker } from './replicas-of-broker.js';

/** Another record of a registered broker. The only way to give one a status. */
export function replaceBroker(draft: ImageDraft, broker: BrokerInfo, timestamp: number): void {
  const { id } = broker;
  const before = standingOf(must(findBroker(draft, id), 'a registered broker'));
  const after = standingOf(broker);
  putBroker(draft, broker);
  if (before === after) return;
  const brokers = brokerStates(draft);
  const changed: PartitionInfo[] = [];
  let topic = '';
  let context: ChangeContext = { election: 'online', brokers, timestamp };
  for (const partition of partitionsOfBroker(draft, id)) {
    if (partition.topic !== topic) {
      topic = partition.topic;
      const { config } = must(findTopic(draft, topic), 'the topic of a partition').info;
      context = { election: electionOf(config), brokers, timestamp };
    }
    const next = changedPartition(partition, targetOf(partition, id, before, after), context);
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
  const others = (ids: number[]): number[] => ids.filter((other) => other !== id);
  const staying = after === 'active' || !isr.includes(id) ? isr : others(isr);
  if (after === 'fenced') {
    const offline = replicas.filter((other) => other === id || offlineReplicas.includes(other));
    return targetWith(partition, staying, offline);
  }
  return targetWith(partition, staying, before === 'fenced' ? others(offlineReplicas) : offlineReplicas);
}
