/**
 * The public API of Conclave: everything that users may import, by name.
 */
export { startCluster } from './cluster/start-cluster.js';
export type { Cluster, LinkHandle, NodeHandle } from './cluster/cluster.js';
export type { ClusterEvent } from './cluster/events.js';
export type { LinkFaults } from './cluster/link-host.js';
export type { ClusterMetrics, LinkMetrics, NodeMetrics, ProcessMetrics } from './cluster/metrics.js';
export type { ClusterOptions } from './cluster/options.js';
export { prometheusText } from './cluster/prometheus.js';
export type { ClusterReason, ClusterStatus, LinkStatus, NodeStatus } from './cluster/status.js';
export type { ClientMetrics } from './client/client-metrics.js';
export type { GroupApi } from './client/group-calls.js';
export type { MetadataStore } from './client/metadata-store.js';
export type { TopicResult } from './client/metadata-calls.js';
export type { MetadataView } from './client/metadata-view.js';
export type { CallOptions, ReadOptions, ValidateOptions, Wait, WatchOptions } from './client/options.js';
export { ClusterError, type ErrorCode } from './errors.js';
export type { DirectionReport } from './messages.js';
export { connectStore, type ConnectedStore } from './engine/connect-store.js';
export type { ConnectOptions } from './engine/connect-options.js';
export type { EtcdHealth } from './engine/etcd-client.js';
export type { EtcdReason, EtcdStatus } from './engine/etcd-status.js';
export {
  migrateFromEtcd,
  migrateToEtcd,
  type EtcdPlace,
  type MigratedState,
  type MigrateReport,
} from './migration/migrate.js';
export { detectFormat, type FileFormat } from './formats/detect-format.js';
export { readKafkaTopics, writeKafkaTopics, type KafkaTopicOptions } from './formats/kafka-topics.js';
export {
  readKcatMetadata,
  writeKcatMetadata,
  type KcatMetadata,
  type KcatPartition,
  type KcatTopic,
} from './formats/kcat-metadata.js';
export type { RequestedTopic } from './formats/parse-kafka-topics.js';
export { readReassignment, writeReassignment, type Reassignment } from './formats/reassignment.js';
export type { BrowsedBroker, BrowsedPartition, BrowsedTopic, BrowsePage } from './metadata/browse.js';
export type { HealthProblem, MetadataHealth, MetadataReason } from './metadata/health.js';
export { changedSettingsOf, kafkaSettingsOf, topicConfigOf } from './metadata/kafka-settings.js';
export {
  assignRange,
  assignUniform,
  type Assignment,
  type PartitionCount,
  type Subscriber,
} from './metadata/groups/assignors.js';
export type { GroupProtocol, GroupState } from './metadata/groups/group-record.js';
export type { CommittedOffset } from './metadata/groups/offsets.js';
export type { CommitOffsets, JoinGroup, LeaveGroup, SyncGroup } from './metadata/groups/operations.js';
export type {
  GroupDescription,
  GroupHeartbeat,
  GroupListing,
  GroupMemberDescription,
  JoinedGroup,
} from './metadata/groups/queries.js';
export type { MetadataEvent } from './metadata/metadata-change.js';
export { createMetadataStateMachine } from './metadata/metadata-state-machine.js';
export { defaultTopicConfig, isAlive, isInIsr, isLeader, isReplica, partitionId } from './metadata/model.js';
export type {
  BrokerChange,
  BrokerHeartbeat,
  BrokerInfo,
  BrokerResources,
  BrokerStatus,
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
} from './metadata/model.js';
export type { BalanceReport, BrokerBalance, RackBalance, Spread } from './metadata/placement/balance.js';
export type { WatchedChange } from './metadata/watching/posted-changes.js';
export type { HistogramCounts } from './metrics/histogram.js';
export type { MetadataStoreMetrics } from './metrics/metadata-store-meters.js';
export type { RaftNodeMetrics } from './metrics/raft-node-meters.js';
export type { ThreadUsage } from './metrics/thread-meter.js';
export { dumpLog, type DumpedDamage, type DumpedEntry, type DumpOptions, type LogLine } from './offline/dump-log.js';
export { inspectSnapshot, type SnapshotInspection } from './offline/inspect-snapshot.js';
export { readMetadata, type StoredMetadata } from './offline/read-metadata.js';
export { recover, type RecoverOptions, type RecoverReport } from './offline/recover.js';
export { repair, type LostEntries, type RepairedNode, type RepairReport } from './offline/repair.js';
export { restoreSnapshot, type RestoreOptions, type RestoreReport } from './offline/restore-snapshot.js';
export { saveSnapshot, type SaveReport } from './offline/save-snapshot.js';
export type { LogSink } from './runtime/logger.js';
export type { ApplyContext, StateMachine } from './state-machine/state-machine.js';
