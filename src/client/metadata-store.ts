/**
 * The metadata store as applications use it. Writes resolve after commit and apply, with the applied value; reads are
 * linearizable unless asked otherwise. Values are the caller's own. Every rejection is a `ClusterError`.
 */
import type { MetadataHealth } from '../metadata/health.js';
import type {
  BrokerChange,
  BrokerHeartbeat,
  BrokerInfo,
  ClusterMetadata,
  ConfigChange,
  HeartbeatAnswer,
  NewBroker,
  NewPartition,
  NewTopic,
  Operation,
  PartitionChange,
  PartitionInfo,
  Query,
  Strategy,
  TopicConfig,
  TopicInfo,
} from '../metadata/model.js';
import type { AlterIsr } from '../metadata/operations.js';
import type { WatchedChange } from '../metadata/watching/posted-changes.js';
import type { GroupApi } from './group-calls.js';
import type { TopicResult } from './metadata-calls.js';
import type { MetadataView } from './metadata-view.js';
import type { CallOptions, ReadOptions, ValidateOptions, Wait, WatchOptions } from './options.js';

export interface MetadataStore extends AsyncDisposable {
  /** BrokerExists. */
  registerBroker(broker: NewBroker, o?: CallOptions): Promise<BrokerInfo>;
  /** BrokerNotFound; InvalidAssignment while it is in a replica list. */
  unregisterBroker(id: number, o?: CallOptions): Promise<void>;
  /** BrokerNotFound. */
  updateBroker(id: number, change: BrokerChange, o?: CallOptions): Promise<BrokerInfo>;
  /**
   * To the leader's controller; a few times in `brokerSessionTimeoutMs`. From the first one on a broker that falls
   * silent for so long is fenced ('unreachable'), and is back with its next heartbeat. BrokerNotFound, StaleEpoch.
   */
  heartbeat(beat: BrokerHeartbeat, o?: CallOptions): Promise<HeartbeatAnswer>;

  /** By default with its partitions, in one atomic operation. TopicExists, NotEnoughBrokers, InvalidAssignment. */
  createTopic(name: string, spec: NewTopic, o?: CallOptions): Promise<TopicInfo>;
  /**
   * Several in one operation, each with its own result, in request order: a topic that is refused does not keep the
   * others from being created. A name that is given more than once is refused each time.
   */
  createTopics(topics: readonly ({ name: string } & NewTopic)[], o?: ValidateOptions): Promise<TopicResult[]>;
  /** Removes its partitions too. TopicNotFound. */
  deleteTopic(name: string, o?: CallOptions): Promise<void>;
  /** Merges. TopicNotFound. */
  updateTopic(name: string, change: { config: Partial<TopicConfig> }, o?: CallOptions): Promise<TopicInfo>;

  /**
   * All changes or none (KIP-339); the keys are Kafka's names, those of the typed fields too, each once. TopicNotFound;
   * InvalidArgument for names, values or combinations that Kafka does not allow.
   */
  alterTopicConfigs(name: string, changes: readonly ConfigChange[], o?: ValidateOptions): Promise<TopicInfo>;

  /**
   * Where the partitions of such a topic would go now. Writes nothing. Without a `placementSeed` each call draws
   * another one, as `createTopic` does.
   */
  allocatePartitions(
    topic: string,
    partitions: number,
    replicationFactor: number,
    o?: ReadOptions & { strategy?: Strategy; placementSeed?: number },
  ): Promise<PartitionInfo[]>;
  /** TopicNotFound, PartitionExists, InvalidAssignment. */
  createPartition(partition: NewPartition, o?: CallOptions): Promise<PartitionInfo>;
  /** All or none. */
  createPartitions(partitions: readonly NewPartition[], o?: CallOptions): Promise<PartitionInfo[]>;
  /** PartitionNotFound, InvalidAssignment, StaleEpoch; so for the three below. */
  updatePartition(topic: string, partition: number, change: PartitionChange, o?: CallOptions): Promise<PartitionInfo>;
  /** The epoch must grow. */
  updateLeader(
    topic: string,
    partition: number,
    leader: number,
    leaderEpoch: number,
    o?: CallOptions,
  ): Promise<PartitionInfo>;
  updateIsr(topic: string, partition: number, isr: readonly number[], o?: CallOptions): Promise<PartitionInfo>;
  /**
   * Any count. In-sync replicas that leave the list leave the ISR; a leader that leaves is replaced by the first
   * in-sync one, epoch + 1; refused if none is left.
   */
  updateReplicas(
    topic: string,
    partition: number,
    replicas: readonly number[],
    o?: CallOptions,
  ): Promise<PartitionInfo>;

  /**
   * The topic has `total` afterwards; those that are new. TopicNotFound, NotEnoughBrokers; InvalidArgument unless
   * more.
   */
  addPartitions(topic: string, total: number, o?: CallOptions): Promise<PartitionInfo[]>;
  /**
   * A leader's report of who is in sync, by KRaft's checks. StaleEpoch unless all three epochs are the current ones;
   * InvalidArgument unless the broker leads, and for an ISR that is not of the replicas or lacks the leader;
   * IneligibleReplica for a member that is fenced or draining; BrokerNotFound, PartitionNotFound.
   */
  alterIsr(change: AlterIsr, o?: CallOptions): Promise<PartitionInfo>;
  /**
   * Those changed. 'preferred': the first replica leads where it is in sync and alive. 'unclean': partitions without a
   * leader get one, in sync or not. Without `partitions` all, at most 10,000 a call. PartitionNotFound.
   */
  electLeaders(
    kind: 'preferred' | 'unclean',
    partitions?: readonly { topic: string; partition: number }[],
    o?: CallOptions,
  ): Promise<PartitionInfo[]>;
  /**
   * All or none; each partition as it is afterwards. It has moved once all its new replicas are in sync; null cancels.
   * PartitionNotFound; InvalidAssignment for replicas that are not distinct or not registered, and where there is
   * nothing to cancel.
   */
  alterReassignments(
    changes: readonly { topic: string; partition: number; replicas: readonly number[] | null }[],
    o?: CallOptions,
  ): Promise<PartitionInfo[]>;
  /** Those under way, by topic and number. */
  listReassignments(o?: ReadOptions): Promise<PartitionInfo[]>;

  getBroker(id: number, o?: ReadOptions): Promise<BrokerInfo | undefined>;
  /** By id. */
  listBrokers(o?: ReadOptions): Promise<BrokerInfo[]>;
  getTopic(name: string, o?: ReadOptions): Promise<TopicInfo | undefined>;
  /** By name. */
  listTopics(o?: ReadOptions): Promise<TopicInfo[]>;
  getPartition(topic: string, partition: number, o?: ReadOptions): Promise<PartitionInfo | undefined>;
  /** By number; of an unknown topic: empty. */
  listPartitions(topic: string, o?: ReadOptions): Promise<PartitionInfo[]>;
  metadata(o?: ReadOptions): Promise<ClusterMetadata>;
  /** How many there are of everything, and what is not as it should be. */
  health(o?: ReadOptions): Promise<MetadataHealth>;

  /** Consumer groups. */
  readonly groups: GroupApi;

  /** The generic forms beneath the methods above: they also give the log index at which the answer holds. */
  propose(operation: Operation, o?: CallOptions): Promise<{ index: number; value: unknown }>;
  query(query: Query, o?: ReadOptions): Promise<{ index: number; value: unknown }>;

  /**
   * One item for each log index that changed something, in order, no gap and no duplicate, across leader changes. From
   * now (what is called later is told), or from behind `fromIndex`. Items are frozen and shared by all who watch. Ends
   * with `Compacted` where the changes behind `fromIndex` are kept no longer (`details.oldestIndex`: the least that
   * is), with `SlowConsumer` where too many were not read (`details.resumeFrom`), with `NoLeader` where a majority is
   * lost for good; quietly when it is aborted or the store or cluster ends. Throws `InvalidArgument`, `Stopped`.
   */
  watch(options?: WatchOptions): AsyncIterable<WatchedChange>;
  /** A copy of the metadata in this thread that is kept current. Resolves when it is. */
  view(o?: Wait): Promise<MetadataView>;

  /** Idempotent. Calls that were made settle as they would; later ones answer `Stopped`. Ends watches and views. */
  close(): Promise<void>;
}
