/** The public API by name: whatever is added to it or leaves it is a decision, not an accident. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as conclave from '../../src/index.js';
import { readProjectFile } from '../support/repository.js';

const values = [
  'ClusterError',
  'assignRange',
  'assignUniform',
  'changedSettingsOf',
  'connectStore',
  'createMetadataStateMachine',
  'defaultTopicConfig',
  'detectFormat',
  'dumpLog',
  'inspectSnapshot',
  'isAlive',
  'isInIsr',
  'isLeader',
  'isReplica',
  'kafkaSettingsOf',
  'migrateFromEtcd',
  'migrateToEtcd',
  'partitionId',
  'prometheusText',
  'readKafkaTopics',
  'readKcatMetadata',
  'readMetadata',
  'readReassignment',
  'recover',
  'repair',
  'restoreSnapshot',
  'saveSnapshot',
  'startCluster',
  'topicConfigOf',
  'writeKafkaTopics',
  'writeKcatMetadata',
  'writeReassignment',
];

const types = [
  'ApplyContext',
  'Assignment',
  'BalanceReport',
  'BrokerBalance',
  'BrokerChange',
  'BrokerHeartbeat',
  'BrokerInfo',
  'BrokerResources',
  'BrokerStatus',
  'BrowsePage',
  'BrowsedBroker',
  'BrowsedPartition',
  'BrowsedTopic',
  'CallOptions',
  'ClientMetrics',
  'Cluster',
  'ClusterEvent',
  'ClusterMetadata',
  'ClusterMetrics',
  'ClusterOptions',
  'ClusterReason',
  'ClusterStatus',
  'CommitOffsets',
  'CommittedOffset',
  'ConfigChange',
  'ConnectOptions',
  'ConnectedStore',
  'DirectionReport',
  'DumpOptions',
  'DumpedDamage',
  'DumpedEntry',
  'ErrorCode',
  'EtcdHealth',
  'EtcdPlace',
  'EtcdReason',
  'EtcdStatus',
  'FileFormat',
  'GroupApi',
  'GroupDescription',
  'GroupHeartbeat',
  'GroupListing',
  'GroupMemberDescription',
  'GroupProtocol',
  'GroupState',
  'HealthProblem',
  'HeartbeatAnswer',
  'HistogramCounts',
  'JoinGroup',
  'JoinedGroup',
  'KafkaTopicOptions',
  'KcatMetadata',
  'KcatPartition',
  'KcatTopic',
  'LeaveGroup',
  'LinkFaults',
  'LinkHandle',
  'LinkMetrics',
  'LinkStatus',
  'LogLine',
  'LogSink',
  'LostEntries',
  'MetadataEvent',
  'MetadataHealth',
  'MetadataReason',
  'MetadataStore',
  'MetadataStoreMetrics',
  'MetadataView',
  'MigrateReport',
  'MigratedState',
  'NewBroker',
  'NewPartition',
  'NewTopic',
  'NodeHandle',
  'NodeMetrics',
  'NodeStatus',
  'Operation',
  'PartitionChange',
  'PartitionCount',
  'PartitionInfo',
  'ProcessMetrics',
  'Query',
  'RackBalance',
  'RaftNodeMetrics',
  'ReadOptions',
  'Reassignment',
  'RecoverOptions',
  'RecoverReport',
  'RepairReport',
  'RepairedNode',
  'RequestedTopic',
  'RestoreOptions',
  'RestoreReport',
  'SaveReport',
  'SnapshotInspection',
  'Spread',
  'StateMachine',
  'StoredMetadata',
  'Strategy',
  'Subscriber',
  'SyncGroup',
  'ThreadUsage',
  'TopicConfig',
  'TopicInfo',
  'TopicResult',
  'ValidateOptions',
  'Wait',
  'WatchOptions',
  'WatchedChange',
];

/** Names in the export lists of a module's text, types included, which leave no trace at run time. */
function exportedNames(text: string): string[] {
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap((list) => (list[1] ?? '').split(','));
  const names = lists.map((name) =>
    name
      .trim()
      .replace(/^type /, '')
      .replace(/^.* as /, ''),
  );
  return names.filter((name) => name !== '').sort();
}

const api = suite('public api');

api('export lists are read whole', () => {
  const text = "export { a, type B } from './x.js';\nexport type {\n  C as D,\n} from './y.js';\n";
  assert.equal(exportedNames(text), ['B', 'D', 'a']);
});

api('exports these values', () => {
  assert.equal(Object.keys(conclave).sort(), values);
});

api('exports these types', () => {
  const names = exportedNames(readProjectFile('src/index.ts') ?? '');
  assert.equal(
    names.filter((name) => !values.includes(name)),
    types,
  );
});

api('is what the package name leads to', async () => {
  const byName = (await import(import.meta.resolve('conclave'))) as typeof conclave;
  assert.equal(Object.keys(byName).sort(), values);
});

api.run();
