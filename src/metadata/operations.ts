/**
 * The operations that change the metadata, as they stand in the log: one documented `data` shape each. Types only; the
 * shapes mirror the arguments of `MetadataStore`. Every operation has `timestamp` in Unix ms, set by who proposes it,
 * never by who applies it; without one the latest time the metadata has seen holds. One that places replicas has
 * `placementSeed` in the same way; without one it is 0, and the topic's name alone decides. Unknown members are
 * ignored; anything else out of shape is answered with InvalidArgument, not thrown (`apply.ts`). A change of what is
 * not there: TopicNotFound, PartitionNotFound; a partition number outside the topic's count: InvalidArgument.
 */
import type { GroupOperationData } from './groups/operations.js';
import type {
  BrokerChange,
  BrokerResources,
  ConfigChange,
  NewBroker,
  NewPartition,
  NewTopic,
  PartitionChange,
  TopicConfig,
} from './model.js';

/**
 * Answer: the BrokerInfo, alive, registered and last heard of at the operation's timestamp, its epoch the log index of
 * the operation. A registered broker that is registered again by the same `incarnationId` keeps its epoch, status and
 * times, and takes address and rack anew; by another incarnation, or by none: BrokerExists, unless it is fenced and the
 * new incarnation has an id.
 */
export type RegisterBroker = NewBroker;
/** Answer: null. BrokerNotFound; InvalidAssignment while it is in a replica list. */
export interface UnregisterBroker {
  id: number;
}
/**
 * Answer: the BrokerInfo. A `status` that is not 'alive' takes the broker's leaderships and its places in ISRs away,
 * but for the last of one; 'dead' and 'unreachable' (fenced) make its replicas offline, too; 'alive' elects it where
 * it is in sync and there is no leader. BrokerNotFound.
 */
export interface UpdateBroker {
  id: number;
  change: BrokerChange;
}
/** A registration, and no other of the same broker. BrokerNotFound, StaleEpoch. */
interface Registration {
  brokerId: number;
  brokerEpoch: number;
}
/**
 * The broker's session has ended. Answer: the BrokerInfo, 'unreachable' unless it was fenced already. It leaves its
 * leaderships and every ISR that has another member.
 */
export type FenceBroker = Registration;
/** A fenced broker is back. Answer: the BrokerInfo, 'alive' if it was fenced. It may lead what has no leader. */
export type UnfenceBroker = Registration;
/**
 * The broker wants to shut down. Answer: the BrokerInfo, 'draining' unless it is fenced. As for a fenced one, its
 * leaderships and places in ISRs go to others where there are others.
 */
export type BeginControlledShutdown = Registration;
/**
 * Heartbeats of brokers, none twice, `agoMs` before the operation's timestamp, and those of their resources that have
 * changed. Answer: their BrokerInfos; registrations that are over are passed over.
 */
export interface RecordHeartbeats {
  brokers: readonly (Registration & { agoMs: number; resources?: Partial<BrokerResources> })[];
}
/**
 * Answer: the TopicInfo. In sync are at first the replicas on active brokers, the first of them leads. TopicExists;
 * NotEnoughBrokers; InvalidAssignment for lists of another count than asked for, of a broker twice, of one that is not
 * registered, or without an active one; InvalidArgument for a name that collides with another's.
 */
export interface CreateTopic extends NewTopic {
  name: string;
}
/** Answer: null. Removes the partitions too. TopicNotFound. */
export interface DeleteTopic {
  name: string;
}
/**
 * Answer: `{ name, topic }` or `{ name, error }` for each, in request order: a topic's own errors are those of
 * create_topic, and do not keep the others from being created. A name that stands in it more than once is refused each
 * time. More than 10,000 topics, or a million replicas, in one: InvalidArgument for all.
 */
export interface CreateTopics {
  topics: readonly CreateTopic[];
  /** Answers what would be, and changes nothing. Default false. */
  validateOnly?: boolean;
}
/**
 * Answer: the TopicInfo. What is given replaces what was; `extra` is merged by name. TopicNotFound; InvalidArgument for
 * settings that contradict each other.
 */
export interface UpdateTopic {
  name: string;
  config: Partial<TopicConfig>;
}
/**
 * Answer: the TopicInfo. All changes or none; each setting once, by Kafka's name, those of the typed fields too.
 * TopicNotFound; InvalidArgument for names, values or combinations that Kafka does not allow.
 */
export interface AlterTopicConfigs {
  name: string;
  changes: readonly ConfigChange[];
  /** Answers what would be, and changes nothing. Default false. */
  validateOnly?: boolean;
}
/**
 * Answer: the PartitionInfo. TopicNotFound, PartitionExists; InvalidAssignment as for `create_topic`; IneligibleReplica
 * for a broker in the ISR given that is not active.
 */
export type CreatePartition = NewPartition;
/** All or none. Answer: the PartitionInfos in the order given. Errors as for one. */
export interface BatchCreatePartitions {
  partitions: readonly NewPartition[];
}
/**
 * Answer: the PartitionInfo. The result must be consistent: leader in ISR (or 0), ISR in replicas. A new leader takes
 * the epoch given, or the next one; an epoch given must not shrink, and must grow with a new leader (StaleEpoch).
 * Replicas on fenced brokers are offline whatever `offlineReplicas` says; others that it names, until their broker is
 * fenced or comes back.
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
/**
 * Answer: the PartitionInfo. The ISR must be of the replicas and hold the leader; the state of its brokers is not
 * looked at. One that holds all the target of a reassignment ends it.
 */
export interface UpdateIsr {
  topic: string;
  partition: number;
  isr: readonly number[];
}
/**
 * Answer: the PartitionInfo. Who leaves the list leaves the ISR; a leader that leaves is replaced by the first in sync
 * that is alive, epoch + 1. A reassignment that is under way is over.
 */
export interface UpdateReplicaList {
  topic: string;
  partition: number;
  replicas: readonly number[];
}
/**
 * Answer: the PartitionInfos of those that are new. In sync are at first the replicas on brokers that are alive, the
 * first of them leads. TopicNotFound, NotEnoughBrokers; InvalidArgument unless `total` is more than there are;
 * InvalidAssignment for lists that are not one for each new partition, of the topic's factor, of registered brokers, or
 * without an active one.
 */
export interface AddPartitions {
  topic: string;
  /** Of partitions that the topic has afterwards. */
  total: number;
  /** The replicas of each new partition, in order; without it they are placed here. */
  assignment?: readonly (readonly number[])[];
}
/**
 * A leader's report of who is in sync, by KRaft's checks in KRaft's order. Answer: the PartitionInfo, led by another if
 * this ends a reassignment and the leader was to go. BrokerNotFound; StaleEpoch for a broker, leader or partition epoch
 * that is not the current one; InvalidArgument unless the broker leads the partition, and for an ISR that is not of the
 * replicas or lacks the leader; IneligibleReplica for a member that is not alive.
 */
export interface AlterIsr {
  brokerId: number;
  brokerEpoch: number;
  topic: string;
  partition: number;
  leaderEpoch: number;
  partitionEpoch: number;
  isr: readonly number[];
}
/**
 * 'preferred': the first replica leads, where it is in sync and alive. 'unclean': what has no leader gets one, in sync
 * or not, whatever its topic allows. 'online': what has no leader gets one, not in sync only where the topic's
 * `unclean.leader.election.enable` says so.
 */
export type ElectionKind = 'preferred' | 'unclean' | 'online';
/**
 * Answer: the PartitionInfos of those that changed. Without `partitions`: the first 10,000 of all that would change, by
 * topic and number. A partition that needs no such election, or has nobody to elect, is passed over.
 */
export interface ElectLeaders {
  kind: ElectionKind;
  /** At most 10,000, none twice. */
  partitions?: readonly { topic: string; partition: number }[];
}
/**
 * All or none, at most 10,000, no partition twice. Answer: the PartitionInfos in the order given, reassigned already
 * where nothing had to be waited for. InvalidAssignment for replicas that are none or not distinct or not registered
 * (in which state does not matter), for cancelling where nothing is under way, and where cancelling would take an
 * unclean election that the topic does not allow.
 */
export interface AlterReassignments {
  changes: readonly {
    topic: string;
    partition: number;
    /** Null cancels. */
    replicas: readonly number[] | null;
  }[];
}

/** The `data` of every operation, by its `type`. */
export interface OperationData extends GroupOperationData {
  register_broker: RegisterBroker;
  unregister_broker: UnregisterBroker;
  update_broker: UpdateBroker;
  fence_broker: FenceBroker;
  unfence_broker: UnfenceBroker;
  begin_controlled_shutdown: BeginControlledShutdown;
  record_heartbeats: RecordHeartbeats;
  create_topic: CreateTopic;
  create_topics: CreateTopics;
  delete_topic: DeleteTopic;
  update_topic: UpdateTopic;
  alter_topic_configs: AlterTopicConfigs;
  create_partition: CreatePartition;
  batch_create_partitions: BatchCreatePartitions;
  update_partition: UpdatePartition;
  update_leader: UpdateLeader;
  update_isr: UpdateIsr;
  update_replica_list: UpdateReplicaList;
  add_partitions: AddPartitions;
  alter_isr: AlterIsr;
  elect_leaders: ElectLeaders;
  alter_reassignments: AlterReassignments;
}

export type OperationType = keyof OperationData;
