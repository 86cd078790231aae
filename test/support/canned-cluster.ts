/** What a cluster of three nodes would answer over HTTP, by method and path below /v1: for tests without a cluster. */
import { defaultTopicConfig } from '../../src/index.js';
import type {
  BalanceReport,
  BrokerInfo,
  ClusterStatus,
  GroupDescription,
  LinkStatus,
  NodeStatus,
  PartitionInfo,
  TopicInfo,
} from '../../src/index.js';

const CREATED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);

function cannedNode(id: number, changes: Partial<NodeStatus> = {}): NodeStatus {
  const indexes = { commitIndex: 130, appliedIndex: 129, firstLogIndex: 1, lastLogIndex: 131, snapshotIndex: 0 };
  return { id, role: 'follower', voter: true, paused: false, term: 2, leader: 1, ...indexes, ...changes };
}

function topic(name: string, changes: Partial<TopicInfo> = {}): TopicInfo {
  const times = { createdAt: CREATED_AT, modifiedAt: CREATED_AT };
  return { name, numPartitions: 2, replicationFactor: 3, config: defaultTopicConfig(), ...times, ...changes };
}

function partition(number: number, changes: Partial<PartitionInfo> = {}): PartitionInfo {
  const times = { createdAt: CREATED_AT, modifiedAt: CREATED_AT };
  const epochs = { leaderEpoch: 1, partitionEpoch: 0 };
  const replicas = [1, 2, 3];
  const { leader, isr, offlineReplicas } = { leader: 1, isr: replicas, offlineReplicas: [] };
  return {
    ...{ topic: 'orders', partition: number, leader, replicas, isr, offlineReplicas },
    ...epochs,
    ...times,
    ...changes,
  };
}

function broker(id: number, changes: Partial<BrokerInfo> = {}): BrokerInfo {
  const resources = {
    diskTotalBytes: 0,
    diskUsedBytes: 0,
    diskAvailableBytes: 0,
    networkBandwidthBytesPerSecond: 0,
    cpuCores: 0,
    memoryTotalBytes: 0,
    memoryUsedBytes: 0,
  };
  return {
    ...{ id, addr: `127.0.0.1:${9091 + id}`, status: 'alive', resources, rack: 'rack-1' },
    ...{ registeredAt: CREATED_AT, lastHeartbeat: CREATED_AT, brokerEpoch: id },
    ...changes,
  };
}

function link(a: number, b: number, changes: Partial<LinkStatus> = {}): LinkStatus {
  return { ends: [a, b], state: 'connected', delivered: 1_000, dropped: 0, reconnects: 0, ...changes };
}

const nodes = [cannedNode(1, { role: 'leader' }), cannedNode(2), cannedNode(3)];
const links = [link(1, 2), link(1, 3), link(2, 3, { state: 'cut', dropped: 7, lastError: 'cut' })];
const topics = [
  topic('audit', { config: { ...defaultTopicConfig(), retentionMs: -1, extra: { 'cleanup.policy': 'compact' } } }),
  topic('orders'),
];
const partitions = [partition(0), partition(1, { leader: 0, isr: [2], offlineReplicas: [1, 3], leaderEpoch: 4 })];
const brokers = [broker(1), broker(2, { status: 'draining', rack: '' }), broker(3, { status: 'unreachable' })];
const group: GroupDescription = {
  ...{ groupId: 'billing', state: 'Stable', protocolType: 'consumer', generation: 3, leader: 'm-1', protocol: 'range' },
  members: [
    {
      ...{ memberId: 'm-1', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 60_000 },
      ...{ metadata: '{"topics":["orders"]}', assignment: '{"partitions":{"orders":[0,1]}}' },
    },
  ],
};
const none = { min: 0, max: 0, mean: 0, standardDeviation: 0 };
const balance: BalanceReport = {
  brokers: [{ id: 1, rack: 'rack-1', status: 'alive', replicas: 2, leaders: 1, diskUsed: null }],
  racks: [],
  perBroker: { replicas: none, leaders: none, diskUsed: none },
  perRack: { replicas: none, leaders: none },
  sharingRack: 0,
  examples: [],
};
const metadata = {
  ...{ brokers: 3, topics: 2, partitions: 2 },
  problems: [
    {
      reason: 'offlinePartitions' as const,
      ...{ count: 1, names: ['orders:1'], detail: '1 partition has no leader: orders:1' },
    },
  ],
};
const status: ClusterStatus = {
  ...{ leader: 1, term: 2, healthy: false, problems: ['link 2-3 is cut'], metadata, nodes, links },
  reasons: [{ reason: 'unconnectedLinks', count: 1, names: ['2-3'], detail: 'link 2-3 is cut' }],
};

export const HEALTHY = { healthy: true, leader: 1, reasons: [], metadata: { ...metadata, problems: [] } };

/** Undefined: an answer without a body. */
export const cannedAnswers: Readonly<Record<string, unknown>> = {
  'GET /status': { version: '0.1.0', upMs: 3_723_000, readOnly: false, status },
  'GET /health': { healthy: false, leader: 1, reasons: status.reasons, metadata },
  'GET /topics': topics,
  'GET /topics/orders': { topic: topics[1], partitions },
  'POST /topics': topics[1],
  'DELETE /topics/orders': undefined,
  'PATCH /topics/audit/configs': topics[0],
  'POST /topics/orders/partitions': [partition(1)],
  'GET /partitions': partitions,
  'GET /partitions?topic=orders': partitions,
  'GET /reassignments': [partition(0, { addingReplicas: [4], removingReplicas: [2] })],
  'POST /reassignments': [partition(0, { replicas: [4, 1, 3, 2], addingReplicas: [4], removingReplicas: [2] })],
  'POST /elections': [],
  'GET /balance': balance,
  'GET /brokers': brokers,
  'GET /brokers/1': brokers[0],
  'POST /brokers': broker(7),
  'DELETE /brokers/7': undefined,
  'POST /brokers/2/drain': brokers[1],
  'GET /groups': [group],
  'GET /groups/billing': { group, offsets: [{ topic: 'orders', partition: 0, offset: 42, metadata: '' }] },
  'DELETE /groups/billing': undefined,
  'GET /nodes': nodes,
  'POST /nodes': cannedNode(4, { role: 'learner', voter: false }),
  'DELETE /nodes/3': undefined,
  'POST /nodes/1/kill': cannedNode(1, { role: 'stopped', stopReason: 'killed' }),
  'POST /nodes/2/stop': cannedNode(2, { role: 'stopped', stopReason: 'stopped' }),
  'POST /nodes/2/restart': cannedNode(2),
  'POST /nodes/2/pause': cannedNode(2, { paused: true }),
  'POST /nodes/2/resume': cannedNode(2),
  'POST /nodes/2/transfer': cannedNode(2, { role: 'leader' }),
  'POST /nodes/2/snapshot': { index: 129 },
  'GET /links': links,
  'POST /links/1/2/cut': link(1, 2, { state: 'cut' }),
  'POST /links/1/2/heal': link(1, 2),
  'POST /links/1/2/faults': link(1, 2),
  'POST /partition': links,
  'POST /heal': links,
};
