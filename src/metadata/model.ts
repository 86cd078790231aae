/**
 * The records of the replicated metadata as users see them: brokers, topics, partitions. Types, defaults and small
 * predicates; how they are stored is `image.ts`, how they change is `apply.ts`. Times are Unix ms, sizes bytes, broker
 * id 0 is "none".
 */

/** Fenced is 'unreachable', controlled shutdown 'draining'; 'dead' only by hand, and treated as fenced. */
export type BrokerStatus = 'alive' | 'dead' | 'draining' | 'unreachable';

export interface BrokerResources {
  diskTotalBytes: number;
  diskUsedBytes: number;
  diskAvailableBytes: number;
  networkBandwidthBytesPerSecond: number;
  cpuCores: number;
  memoryTotalBytes: number;
  memoryUsedBytes: number;
}

export interface BrokerInfo {
  id: number;
  /** host:port */
  addr: string;
  status: BrokerStatus;
  resources: BrokerResources;
  /** '' = none. */
  rack: string;
  /** Carried in the operation, never read from a clock while applying. */
  registeredAt: number;
  lastHeartbeat: number;
  /** Names one run of the broker's process, as KIP-631 has it; absent where it named none. */
  incarnationId?: string;
  /** The log index of this registration, so that a later one's is higher (KIP-631). */
  brokerEpoch: number;
  /**
   * It has sent a heartbeat: from then on it is fenced when it falls silent, also in a later incarnation. Absent while
   * it has not: such a broker keeps the status it was given.
   */
  supervised?: true;
}

export interface NewBroker {
  id: number;
  addr: string;
  rack?: string;
  /** What is not given is 0. */
  resources?: Partial<BrokerResources>;
  /** 1 to 255 characters. */
  incarnationId?: string;
}

export interface BrokerChange {
  addr?: string;
  rack?: string;
  status?: BrokerStatus;
  /** Merged into what is known. */
  resources?: Partial<BrokerResources>;
  lastHeartbeat?: number;
}

/** What a broker tells the leader's controller every so often, a few times in `brokerSessionTimeoutMs`. */
export interface BrokerHeartbeat {
  brokerId: number;
  /** Of its registration. */
  brokerEpoch: number;
  /** The log index that its own copy of the metadata has come to; absent: it lags behind nobody. */
  appliedIndex?: number;
  /** It is to be told when it may end: `mayShutDown`. */
  shuttingDown?: boolean;
  /** Merged into what is known. */
  resources?: Partial<BrokerResources>;
}

export interface HeartbeatAnswer {
  fenced: boolean;
  /** It leads nothing any more and is fenced: it may end. True only where `shuttingDown` asked for it. */
  mayShutDown: boolean;
}

export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd' | 'producer' | 'uncompressed';

/**
 * Six typed settings; every other topic setting of Kafka 3.9 and 4.0 goes into `extra` under its Kafka name (the names
 * of the six are refused there), and is kept in one canonical text: '+007' as '7', 'TRUE' as 'true', 'a, b' as 'a,b'.
 */
export interface TopicConfig {
  retentionMs: number;
  retentionBytes: number;
  segmentMs: number;
  segmentBytes: number;
  minInsyncReplicas: number;
  compressionType: CompressionType;
  extra: Record<string, string>;
}

/** One change of a setting, by Kafka's name (KIP-339). */
export interface ConfigChange {
  key: string;
  /** 'delete': back to the default. 'append' and 'subtract' are for lists. */
  op: 'set' | 'delete' | 'append' | 'subtract';
  /** Of a list: elements with commas between them. Needed unless the setting is deleted. */
  value?: string;
}

/**
 * 'striped' is KRaft's: round the racks, and round the brokers of each. 'resource' also weighs what brokers have free
 * and carry already, and fills no disk. 'roundRobin' goes round all brokers alive, blind to both.
 */
export type Strategy = 'roundRobin' | 'striped' | 'resource';

export interface NewTopic {
  partitions: number;
  replicationFactor: number;
  config?: Partial<TopicConfig>;
  /**
   * 'auto' (default): placed and created here. 'none': only the topic. A list: the replicas of each partition, in
   * order.
   */
  assignment?: 'auto' | 'none' | readonly (readonly number[])[];
  /** Of 'auto'; default 'striped'. */
  strategy?: Strategy;
}

export interface TopicInfo {
  name: string;
  numPartitions: number;
  replicationFactor: number;
  config: TopicConfig;
  createdAt: number;
  modifiedAt: number;
}

export interface PartitionInfo {
  topic: string;
  partition: number;
  /** 0 = none. */
  leader: number;
  /** In order of preference, distinct. */
  replicas: number[];
  isr: number[];
  offlineReplicas: number[];
  /** Starts at 1, only grows. */
  leaderEpoch: number;
  /** Starts at 0, +1 with each change of this record. */
  partitionEpoch: number;
  /** While a reassignment is under way, of the replicas: those that are not part of what was. Else absent (KIP-455). */
  addingReplicas?: number[];
  /** With `addingReplicas`: those that are not part of what is to be. Not both are empty. */
  removingReplicas?: number[];
  createdAt: number;
  modifiedAt: number;
}

/** Without `isr`: the replicas that are alive. Without `leader`: the first of the ISR, or 0. */
export type NewPartition = Pick<PartitionInfo, 'topic' | 'partition' | 'replicas'> &
  Partial<Pick<PartitionInfo, 'leader' | 'isr'>>;

export type PartitionChange = Partial<
  Pick<PartitionInfo, 'leader' | 'leaderEpoch' | 'replicas' | 'isr' | 'offlineReplicas'>
>;

/** The whole state as one value. */
export interface ClusterMetadata {
  brokers: Record<string, BrokerInfo>;
  topics: Record<string, TopicInfo>;
  /** By `partitionId`. */
  partitions: Record<string, PartitionInfo>;
  /** +1 for each applied operation that changed something. */
  version: number;
  /** The larger of itself and the operation's timestamp. */
  lastModified: number;
}

/** JSON on the wire; `operations.ts` documents each `type` and its `data`. */
export interface Operation {
  type: string;
  data: unknown;
  timestamp?: number;
  /** Decides what a placement leaves to chance; 0 to 2^32 - 1. */
  placementSeed?: number;
}

/** `queries.ts` documents each `type` and its members. */
export interface Query {
  type: string;
  [key: string]: unknown;
}

/** The key of a partition in `ClusterMetadata`: "topic:partition". A topic's name has no colon. */
export function partitionId(topic: string, partition: number): string {
  return `${topic}:${partition}`;
}

export function isLeader(partition: Readonly<PartitionInfo>, brokerId: number): boolean {
  return brokerId !== 0 && partition.leader === brokerId;
}

export function isReplica(partition: Readonly<PartitionInfo>, brokerId: number): boolean {
  return partition.replicas.includes(brokerId);
}

export function isInIsr(partition: Readonly<PartitionInfo>, brokerId: number): boolean {
  return partition.isr.includes(brokerId);
}

/** Its status is 'alive' and its last heartbeat is less than `timeoutMs` before `now`. */
export function isAlive(broker: Readonly<BrokerInfo>, timeoutMs: number, now: number): boolean {
  return broker.status === 'alive' && now - broker.lastHeartbeat < timeoutMs;
}

export function defaultTopicConfig(): TopicConfig {
  return {
    retentionMs: 604_800_000,
    retentionBytes: -1,
    segmentMs: 604_800_000,
    segmentBytes: 1_073_741_824,
    minInsyncReplicas: 1,
    compressionType: 'none',
    extra: {},
  };
}
