/**
 * The `MetadataStore` over a router: what each method takes of its arguments, and the operation or query it becomes.
 * What they mean is `metadata-store.ts`.
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
import { GroupCalls } from './group-calls.js';
import type { TopicResult } from './metadata-calls.js';
import { MetadataCalls } from './metadata-calls.js';
import type { MetadataStore } from './metadata-store.js';
import type { MetadataView } from './metadata-view.js';
import type { CallOptions, ReadOptions, ValidateOptions, Wait, WatchOptions } from './options.js';
import { pick, pickEach } from './pick.js';
import type { Router } from './router.js';

/**
 * `node`: only that node is asked. A write answers `NotLeader` unless it leads; one in flight when that node ends is
 * `OutcomeUnknown`.
 */
export function createMetadataStore(router: Router, options: { readonly node?: number } = {}): MetadataStore {
  return new RoutedStore(router, options.node ?? null);
}

export class RoutedStore implements MetadataStore {
  readonly groups: GroupApi;
  readonly #calls: MetadataCalls;

  constructor(router: Router, nodeId: number | null) {
    this.#calls = new MetadataCalls(router, nodeId);
    this.groups = new GroupCalls(this.#calls);
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

  heartbeat(beat: BrokerHeartbeat, o?: CallOptions): Promise<HeartbeatAnswer> {
    const members = ['brokerId', 'brokerEpoch', 'appliedIndex', 'shuttingDown', 'resources'] as const;
    return this.#calls.read('broker_heartbeat', () => pick(beat, members), o);
  }

  createTopic(name: string, spec: NewTopic, o?: CallOptions): Promise<TopicInfo> {
    return this.#calls.write('create_topic', () => ({ name, ...pick(spec, TOPIC_MEMBERS) }), o);
  }

  createTopics(topics: readonly ({ name: string } & NewTopic)[], o?: ValidateOptions): Promise<TopicResult[]> {
    return this.#calls.createTopics(() => ({ topics: pickEach('topics', topics, ['name', ...TOPIC_MEMBERS]) }), o);
  }

  deleteTopic(name: string, o?: CallOptions): Promise<void> {
    return this.#calls.write('delete_topic', () => ({ name }), o).then(() => undefined);
  }

  updateTopic(name: string, change: { config: Partial<TopicConfig> }, o?: CallOptions): Promise<TopicInfo> {
    return this.#calls.write('update_topic', () => ({ name, ...pick(change, ['config']) }), o);
  }

  alterTopicConfigs(name: string, changes: readonly ConfigChange[], o?: ValidateOptions): Promise<TopicInfo> {
    const members = ['key', 'op', 'value'] as const;
    return this.#calls.alterTopicConfigs(() => ({ name, changes: pickEach('changes', changes, members) }), o);
  }

  allocatePartitions(
    topic: string,
    partitions: number,
    replicationFactor: number,
    o?: ReadOptions & { strategy?: Strategy; placementSeed?: number },
  ): Promise<PartitionInfo[]> {
    return this.#calls.read(
      'allocate_partitions',
      () => {
        const placementSeed = o?.placementSeed ?? this.#calls.drawPlacementSeed();
        return { topic, partitions, replicationFactor, strategy: o?.strategy, placementSeed };
      },
      o,
    );
  }

  createPartition(partition: NewPartition, o?: CallOptions): Promise<PartitionInfo> {
    return this.#calls.write('create_partition', () => pick(partition, PARTITION_MEMBERS), o);
  }

  createPartitions(partitions: readonly NewPartition[], o?: CallOptions): Promise<PartitionInfo[]> {
    const data = (): object => ({ partitions: pickEach('partitions', partitions, PARTITION_MEMBERS) });
    return this.#calls.write('batch_create_partitions', data, o);
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

  addPartitions(topic: string, total: number, o?: CallOptions): Promise<PartitionInfo[]> {
    return this.#calls.write('add_partitions', () => ({ topic, total }), o);
  }

  alterIsr(change: AlterIsr, o?: CallOptions): Promise<PartitionInfo> {
    return this.#calls.write('alter_isr', () => pick(change, REPORT_MEMBERS), o);
  }

  electLeaders(...call: Parameters<MetadataStore['electLeaders']>): Promise<PartitionInfo[]> {
    const [kind, partitions, o] = call;
    const places = (): unknown => partitions && pickEach('partitions', partitions, ['topic', 'partition']);
    return this.#calls.write('elect_leaders', () => ({ kind, partitions: places() }), o);
  }

  alterReassignments(...call: Parameters<MetadataStore['alterReassignments']>): Promise<PartitionInfo[]> {
    const [changes, o] = call;
    const members = ['topic', 'partition', 'replicas'] as const;
    const list = (): unknown => pickEach('changes', changes, members);
    return this.#calls.write('alter_reassignments', () => ({ changes: list() }), o);
  }

  listReassignments(o?: ReadOptions): Promise<PartitionInfo[]> {
    return this.#calls.read('list_reassignments', () => ({}), o);
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
    return this.#calls.propose(() => pick(operation, ['type', 'data', 'timestamp', 'placementSeed']), o);
  }

  query(query: Query, o?: ReadOptions): Promise<{ index: number; value: unknown }> {
    return this.#calls.query(() => query, o);
  }

  watch(options?: WatchOptions): AsyncIterable<WatchedChange> {
    return this.#calls.watch(options);
  }

  view(o?: Wait): Promise<MetadataView> {
    return this.#calls.view(o);
  }

  close(): Promise<void> {
    this.#calls.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const EPOCHS = ['brokerEpoch', 'leaderEpoch', 'partitionEpoch'] as const;
const REPORT_MEMBERS = ['brokerId', 'topic', 'partition', 'isr', ...EPOCHS] as const;

const TOPIC_MEMBERS = ['partitions', 'replicationFactor', 'config', 'assignment', 'strategy'] as const;
const PARTITION_MEMBERS = ['topic', 'partition', 'replicas', 'leader', 'isr'] as const;
