/**
 * Every metric that is exported, by name: type, help, and where its samples come from. Names and meanings are those of
 * etcd's server and of Kafka's controller, where they have one, and those that all processes share. Durations in
 * seconds, sizes in bytes.
 */
import {
  countOf,
  eachDirection,
  eachLink,
  eachNode,
  eachRaft,
  eachStore,
  eachThread,
  ofMetadata,
  problem,
  whole,
  type Samples,
} from './metric-samples.js';

interface MetricFamily {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly samples: Samples;
}

function gauge(name: string, help: string, samples: Samples): MetricFamily {
  return { name: `conclave_${name}`, type: 'gauge', help, samples };
}

function counter(name: string, help: string, samples: Samples): MetricFamily {
  return { name: `conclave_${name}_total`, type: 'counter', help, samples };
}

function histogram(name: string, help: string, samples: Samples): MetricFamily {
  return { name: `conclave_${name}`, type: 'histogram', help, samples };
}

const server: readonly MetricFamily[] = [
  gauge(
    'server_up',
    'Whether the node has threads: 0 after a kill, a stop or a crash.',
    eachNode(({ up }) => Number(up)),
  ),
  gauge(
    'server_paused',
    'Whether the node stands still.',
    eachNode(({ paused }) => Number(paused)),
  ),
  gauge(
    'server_has_leader',
    'Whether the node knows a leader.',
    eachRaft(({ leader }) => Number(leader !== null)),
  ),
  gauge(
    'server_is_leader',
    'Whether the node leads.',
    eachRaft(({ role }) => Number(role === 'leader')),
  ),
  gauge(
    'server_is_learner',
    'Whether the node has no vote.',
    eachRaft(({ voter }) => Number(!voter)),
  ),
  counter(
    'server_leader_changes_seen',
    'Leaders that the node learned of.',
    eachRaft((raft) => raft.leaderChanges),
  ),
  gauge(
    'server_term',
    'Term of the node.',
    eachRaft(({ term }) => term),
  ),
  gauge(
    'server_commit_index',
    'Last entry that the node knows to be committed.',
    eachRaft((raft) => raft.commitIndex),
  ),
  gauge(
    'server_applied_index',
    'Last entry in the state of the node.',
    eachStore((store) => store.appliedIndex),
  ),
  gauge(
    'server_last_log_index',
    'Last entry in the log of the node.',
    eachRaft((raft) => raft.lastLogIndex),
  ),
  gauge(
    'server_snapshot_index',
    'Last entry in the newest snapshot.',
    eachRaft((raft) => raft.snapshotIndex),
  ),
  counter(
    'server_proposals_committed',
    'Entries that the node learned to be committed.',
    eachRaft((raft) => raft.committedEntries),
  ),
  counter(
    'server_proposals_applied',
    'Entries that the node applied.',
    eachStore((store) => store.appliedEntries),
  ),
  gauge(
    'server_proposals_pending',
    'Writes of this process that wait for their answers.',
    whole(({ client }) => client.writesPending),
  ),
  counter('server_proposals_failed', 'Writes that ended without an answer, by code.', ({ client }) =>
    Object.entries(client.writesFailed).map(([code, value]) => ({ labels: { code }, value })),
  ),
  gauge(
    'server_reads_pending',
    'Reads of this process that wait for their answers.',
    whole(({ client }) => client.readsPending),
  ),
  counter(
    'server_snapshots_received',
    'Snapshots of a leader that replaced the state of the node.',
    eachStore((store) => store.snapshotsReceived),
  ),
  histogram(
    'server_mailbox_depth',
    'Messages that a turn of the node found.',
    eachRaft((raft) => raft.mailboxDepth),
  ),
  histogram(
    'server_batch_entries',
    'Entries that were written to the log at once.',
    eachRaft((raft) => raft.batchEntries),
  ),
];

const disk: readonly MetricFamily[] = [
  histogram(
    'disk_wal_fsync_duration_seconds',
    'Syncs of the log.',
    eachRaft((raft) => raft.walSyncSeconds),
  ),
  histogram(
    'snapshot_save_duration_seconds',
    'Work on each snapshot that was kept, without the pauses in it.',
    eachStore((store) => store.snapshotSaveSeconds),
  ),
];

const network: readonly MetricFamily[] = [
  gauge(
    'network_connected',
    'Whether the link is connected.',
    eachLink(({ state }) => Number(state === 'connected')),
  ),
  gauge(
    'network_cut',
    'Whether the link is cut on purpose.',
    eachLink(({ state }) => Number(state === 'cut')),
  ),
  counter(
    'network_reconnects',
    'Times that the link was connected again.',
    eachLink((link) => link.reconnects),
  ),
  counter(
    'network_messages_delivered',
    'Messages that arrived.',
    eachDirection((told) => told.delivered),
  ),
  counter(
    'network_messages_dropped',
    'Messages that were lost.',
    eachDirection((told) => told.dropped),
  ),
  gauge(
    'network_messages_queued',
    'Messages that wait in the link.',
    eachDirection((told) => told.queued),
  ),
];

const controller: readonly MetricFamily[] = [
  gauge(
    'controller_brokers',
    'Registered brokers.',
    ofMetadata(({ brokers }) => brokers),
  ),
  gauge(
    'controller_active_brokers',
    'Brokers that are not fenced.',
    ofMetadata((health) => health.brokers - countOf(health, 'fencedBrokers')),
  ),
  gauge('controller_fenced_brokers', 'Brokers that are fenced.', problem('fencedBrokers')),
  gauge(
    'controller_topics',
    'Topics.',
    ofMetadata(({ topics }) => topics),
  ),
  gauge(
    'controller_partitions',
    'Partitions.',
    ofMetadata(({ partitions }) => partitions),
  ),
  gauge('controller_offline_partitions', 'Partitions without a leader.', problem('offlinePartitions')),
  gauge(
    'controller_under_replicated_partitions',
    'Partitions with fewer replicas in sync than replicas.',
    problem('underReplicatedPartitions'),
  ),
  gauge(
    'controller_under_min_isr_partitions',
    'Partitions without a leader, or with fewer replicas in sync than min.insync.replicas.',
    problem('underMinIsrPartitions'),
  ),
];

const threads: readonly MetricFamily[] = [
  counter(
    'thread_active_seconds',
    'Time at work, waits for the disk included.',
    eachThread((one) => one.activeSeconds),
  ),
  counter(
    'thread_idle_seconds',
    'Time without work.',
    eachThread((one) => one.idleSeconds),
  ),
  gauge(
    'thread_heap_used_bytes',
    'Heap in use.',
    eachThread((one) => one.heapUsedBytes),
  ),
  gauge(
    'thread_heap_size_bytes',
    'Heap taken from the system.',
    eachThread((one) => one.heapTotalBytes),
  ),
  gauge(
    'thread_external_memory_bytes',
    'Memory outside the heap.',
    eachThread((one) => one.externalBytes),
  ),
];

const wholeProcess: readonly MetricFamily[] = [
  {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'CPU time of all threads.',
    samples: whole(({ process }) => process.cpuSeconds),
  },
  {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Memory of the process.',
    samples: whole(({ process }) => process.residentBytes),
  },
  {
    name: 'process_start_time_seconds',
    type: 'gauge',
    help: 'When the process started, Unix time.',
    samples: whole(({ process }) => process.startSeconds),
  },
];

export const metricFamilies: readonly MetricFamily[] = [
  ...server,
  ...disk,
  ...network,
  ...controller,
  ...threads,
  ...wholeProcess,
];
