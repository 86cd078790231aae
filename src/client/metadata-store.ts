/**
 * The metadata store as applications use it. Writes resolve after commit and apply, with the applied value; reads are
 * linearizable unless asked otherwise. Values are the caller's own. Every rejection is a `ClusterError`.
 */
import type { MetadataHealth } from '../metadata/health.js';
import type {
  BrokerChange,
  BrokerInfo,
  ClusterMetadata,
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
import { MetadataCalls } from './metadata-calls.js';
import { invalid } from './options.js';
import type { CallOptions, ReadOptions } from './options.js';
import type { Router } from './router.js';

export interface MetadataStore extends AsyncDisposable {
  /** BrokerExists. */
  registerBroker(broker: NewBroker, o?: CallOptions): Promise<BrokerInfo>;
  /** BrokerNotFound; InvalidAssignment while it is in a replica list. */
  unregisterBroker(id: number, o?: CallOptions): Promise<void>;
  /** BrokerNotFound. */
  updateBroker(id: number, change: BrokerChange, o?: CallOptions): Promise<BrokerInfo>;

  /** By default with its partitions, in one atomic operation. TopicExists, NotEnoughBrokers, InvalidAssignment. */
  createTopic(name: string, spec: NewTopic, o?: CallOptions): Promise<TopicInfo>;
  /** Removes its partitions too. TopicNotFound. */
  deleteTopic(name: string, o?: CallOptions): Promise<void>;
  /** Merges. TopicNotFound. */
  updateTopic(name: string, change: { config: Partial<TopicConfig> }, o?: CallOptions): Promise<TopicInfo>;

  /** Where the partitions of such a topic would go now. Writes nothing. */
  allocatePartitions(
    topic: string,
    partitions: number,
    replicationFactor: number,
    o?: ReadOptions & { strategy?: Strategy },
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

  /** The generic forms beneath the methods above: they also give the log index at which the answer holds. */
  propose(operation: Operation, o?: CallOptions): Promise<{ index: number; value: unknown }>;
  query(query: Query, o?: ReadOptions): Promise<{ index: number; value: unknown }>;

  /** Idempotent. Calls that were made settle as they would; later ones answer `Stopped`. */
  close(): Promise<void>;
}

/**
 * `node`: only that node is asked. A write answers `NotLeader` unless it leads; one in flight when that node ends is
 * `OutcomeUnknown`.
 */
export function createMetadataStore(router: Router, options: { readonly node?: number } = {}): MetadataStore {
  return new RoutedStore(router, options.node ?? null);
}

class RoutedStore implements MetadataStore {
  readonly #calls: MetadataCalls;

  constructor(router: Router, nodeId: number | null) {
    this.#calls = new MetadataCalls(router, nodeId);
  }

  registerBroker(broker: NewBroker, o?: CallOptions): Promise<BrokerInfo> {
    const members = ['id', 'addr', 'rack', 'resources', 'incarnationId'] as const;
    return this.#calls.write('register_broker', () => pick(broker, members), o);
  }

  unregisterBroker(id: number, o?: CallOptions): Promise<void> {
    return this.#calls.write('unregister_broker', () => ({ id }), o).then(() => undefined);
  }

  updateBroker(id: number, change: BrokerChange, o?: CallOptions): Promise<BrokerInfo> {
    const members = ['addr', 'rack', 'status', 'resources', 'lastHeartbeat'] as const;
    return this.#calls.write('update_broker', () => ({ id, change: pick(change, members) }), o);
  }

  createTopic(name: string, spec: NewTopic, o?: CallOptions): Promise<TopicInfo> {
    const members = ['partitions', 'replicationFactor', 'config', 'assignment', 'strategy'] as const;
    return this.#calls.write('create_topic', () => ({ name, ...pick(spec, members) }), o);
  }

  deleteTopic(name: string, o?: CallOptions): Promise<void> {
    return this.#calls.write('delete_topic', () => ({ name }), o).then(() => undefined);
  }

  updateTopic(name: string, change: { config: Partial<TopicConfig> }, o?: CallOptions): Promise<TopicInfo> {
    return this.#calls.write('update_topic', () => ({ name, ...pick(change, ['config']) }), o);
  }

  allocatePartitions(
    topic: string,
    partitions: number,
    replicationFactor: number,
    o?: ReadOptions & { strategy?: Strategy },
  ): Promise<PartitionInfo[]> {
    return this.#calls.read(
      'allocate_partitions',
      () => ({ topic, partitions, replicationFactor, strategy: o?.strategy }),
      o,
    );
  }

  createPartition(partition: NewPartition, o?: CallOptions): Promise<PartitionInfo> {
    return this.#calls.write('create_partition', () => pickPartition(partition), o);
  }

  createPartitions(partitions: readonly NewPartition[], o?: CallOptions): Promise<PartitionInfo[]> {
    const list = (): readonly unknown[] => {
      if (!Array.isArray(partitions)) throw invalid('partitions must be a list');
      return Array.from(partitions as readonly NewPartition[], pickPartition);
    };
    return this.#calls.write('batch_create_partitions', () => ({ partitions: list() }), o);
  }

  updatePartition(topic: string, partition: number, change: PartitionChange, o?: CallOptions): Promise<PartitionInfo> {
    const members = ['leader', 'leaderEpoch', 'replicas', 'isr', 'offlineReplicas'] as const;
    return this.#calls.write('update_partition', () => ({ topic, partition, change: pick(change, members) }), o);
  }

  updateLeader(...call: Parameters<MetadataStore['updateLeader']>): Promise<PartitionInfo> {
    const [topic, partition, leader, leaderEpoch, o] = call;
    return this.#calls.write('update_leader', () => ({ topic, partition, leader, leaderEpoch }), o);
  }

  updateIsr(topic: string, partition: number, isr: readonly number[], o?: CallOptions): Promise<PartitionInfo> {
    return this.#calls.write('update_isr', () => ({ topic, partition, isr }), o);
  }

  updateReplicas(
    topic: string,
    partition: number,
    replicas: readonly number[],
    o?: CallOptions,
  ): Promise<PartitionInfo> {
    return this.#calls.write('update_replica_list', () => ({ topic, partition, replicas }), o);
  }

  getBroker(id: number, o?: ReadOptions): Promise<BrokerInfo | undefined> {
    return this.#calls.read('get_broker', () => ({ id }), o);
  }

  listBrokers(o?: ReadOptions): Promise<BrokerInfo[]> {
    return this.#calls.read('list_brokers', () => ({}), o);
  }

  getTopic(name: string, o?: ReadOptions): Promise<TopicInfo | undefined> {
    return this.#calls.read('get_topic', () => ({ name }), o);
  }

  listTopics(o?: ReadOptions): Promise<TopicInfo[]> {
    return this.#calls.read('list_topics', () => ({}), o);
  }

  getPartition(topic: string, partition: number, o?: ReadOptions): Promise<PartitionInfo | undefined> {
    return this.#calls.read('get_partition', () => ({ topic, partition }), o);
  }

  listPartitions(topic: string, o?: ReadOptions): Promise<PartitionInfo[]> {
    return this.#calls.read('list_partitions', () => ({ topic }), o);
  }

  metadata(o?: ReadOptions): Promise<ClusterMetadata> {
    return this.#calls.read('metadata', () => ({}), o);
  }

  health(o?: ReadOptions): Promise<MetadataHealth> {
    return this.#calls.read('health', () => ({}), o);
  }

  propose(operation: Operation, o?: CallOptions): Promise<{ index: number; value: unknown }> {
    return this.#calls.propose(() => pick(operation, ['type', 'data', 'timestamp']), o);
  }

  query(query: Query, o?: ReadOptions): Promise<{ index: number; value: unknown }> {
    return this.#calls.query(() => query, o);
  }

  close(): Promise<void> {
    this.#calls.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const pickPartition = (partition: NewPartition): object =>
  pick(partition, ['topic', 'partition', 'replicas', 'leader', 'isr']);

/** The known members of an argument, each read once: unknown ones are ignored. */
function pick<Given extends object>(given: Given, names: readonly (keyof Given & string)[]): Partial<Given> {
  if (typeof given !== 'object' || (given as unknown) === null) throw invalid('an argument must be an object');
  const picked: Partial<Given> = {};
  for (const name of names) picked[name] = given[name];
  return picked;
}
