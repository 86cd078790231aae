/**
 * The operations that change the metadata, as they stand in the log: one documented `data` shape each. Types only; the
 * shapes mirror the arguments of `MetadataStore`. Every operation has `timestamp` in Unix ms, set by who proposes it,
 * never by who applies it; without one the latest time the metadata has seen holds. Unknown members are ignored;
 * anything else out of shape is answered with InvalidArgument, not thrown (`apply.ts`). A change of what is not there:
 * TopicNotFound, PartitionNotFound; a partition number outside the topic's count: InvalidArgument.
 */
import type { BrokerChange, NewBroker, NewPartition, NewTopic, PartitionChange, TopicConfig } from './model.js';

/**
 * Answer: the BrokerInfo, alive, registered and last heard of at the operation's timestamp, its epoch the log index of
 * the operation. BrokerExists.
 */
export type RegisterBroker = NewBroker;
/** Answer: null. BrokerNotFound; InvalidAssignment while it is in a replica list. */
export interface UnregisterBroker {
  id: number;
}
/** Answer: the BrokerInfo. BrokerNotFound. */
export interface UpdateBroker {
  id: number;
  change: BrokerChange;
}
/**
 * Answer: the TopicInfo. TopicExists, NotEnoughBrokers, InvalidAssignment; InvalidArgument for a name that collides
 * with another's.
 */
export interface CreateTopic extends NewTopic {
  name: string;
}
/** Answer: null. Removes the partitions too. TopicNotFound. */
export interface DeleteTopic {
  name: string;
}
/** Answer: the TopicInfo. What is given replaces what was; `extra` is merged by name. TopicNotFound. */
export interface UpdateTopic {
  name: string;
  config: Partial<TopicConfig>;
}
/**
 * Answer: the PartitionInfo. TopicNotFound, PartitionExists, InvalidAssignment.
 */
export type CreatePartition = NewPartition;
/** All or none. Answer: the PartitionInfos in the order given. Errors as for one. */
export interface BatchCreatePartitions {
  partitions: readonly NewPartition[];
}
/**
 * Answer: the PartitionInfo. The result must be consistent: leader in ISR (or 0), ISR in replicas. A new leader takes
 * the epoch given, or the next one; an epoch given must not shrink, and must grow with a new leader (StaleEpoch).
 */
export interface UpdatePartition {
  topic: string;
  partition: number;
  change: PartitionChange;
}
/** Answer: the PartitionInfo. The leader must be in the ISR, or 0; StaleEpoch unless the epoch grows. */
export interface UpdateLeader {
  topic: string;
  partition: number;
  leader: number;
  leaderEpoch: number;
}
/** Answer: the PartitionInfo. The ISR must be of the replicas and hold the leader. */
export interface UpdateIsr {
  topic: string;
  partition: number;
  isr: readonly number[];
}
/**
 * Answer: the PartitionInfo. Who leaves the list leaves the ISR; a leader that leaves is replaced by the first in
 * sync, epoch + 1.
 */
export interface UpdateReplicaList {
  topic: string;
  partition: number;
  replicas: readonly number[];
}

/** The `data` of every operation, by its `type`. */
export interface OperationData {
  register_broker: RegisterBroker;
  unregister_broker: UnregisterBroker;
  update_broker: UpdateBroker;
  create_topic: CreateTopic;
  delete_topic: DeleteTopic;
  update_topic: UpdateTopic;
  create_partition: CreatePartition;
  batch_create_partitions: BatchCreatePartitions;
  update_partition: UpdatePartition;
  update_leader: UpdateLeader;
  update_isr: UpdateIsr;
  update_replica_list: UpdateReplicaList;
}

export type OperationType = keyof OperationData;
