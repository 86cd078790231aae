/**
 * The public API of Conclave: everything that users may import, by name.
 */
export { startCluster } from './cluster/start-cluster.js';
export type { Cluster, LinkHandle, NodeHandle } from './cluster/cluster.js';
export type { ClusterEvent } from './cluster/events.js';
export type { LinkFaults } from './cluster/link-host.js';
export type { ClusterOptions } from './cluster/options.js';
export type { ClusterReason, ClusterStatus, LinkStatus, NodeStatus } from './cluster/status.js';
export type { MetadataStore } from './client/metadata-store.js';
export type { CallOptions, ReadOptions, Wait } from './client/options.js';
export { ClusterError, type ErrorCode } from './errors.js';
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
export { kafkaSettings } from './formats/topic-settings.js';
export type { HealthProblem, MetadataHealth, MetadataReason } from './metadata/health.js';
export { createMetadataStateMachine } from './metadata/metadata-state-machine.js';
export { defaultTopicConfig, isAlive, isInIsr, isLeader, isReplica, partitionId } from './metadata/model.js';
export type {
  BrokerChange,
  BrokerInfo,
  BrokerResources,
  BrokerStatus,
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
} from './metadata/model.js';
export { dumpLog, type DumpedDamage, type DumpedEntry, type DumpOptions, type LogLine } from './offline/dump-log.js';
export { inspectSnapshot, type SnapshotInspection } from './offline/inspect-snapshot.js';
export { readMetadata, type StoredMetadata } from './offline/read-metadata.js';
export { recover, type RecoverOptions, type RecoverReport } from './offline/recover.js';
export { repair, type LostEntries, type RepairedNode, type RepairReport } from './offline/repair.js';
export { restoreSnapshot, type RestoreOptions, type RestoreReport } from './offline/restore-snapshot.js';
export { saveSnapshot, type SaveReport } from './offline/save-snapshot.js';
export type { ApplyContext, StateMachine } from './state-machine/state-machine.js';
