/**
 * The questions that the metadata answers, one documented shape each, with the shape of the answer's value. Types only;
 * `answer-query.ts` answers them from an image.
 */
import type { BrowseMembers, BrowsePage } from './browse.js';
import type { GroupHeartbeat, GroupQueryMembers, GroupQueryValue } from './groups/queries.js';
import type { MetadataHealth } from './health.js';
import type {
  BrokerHeartbeat,
  BrokerInfo,
  ClusterMetadata,
  Operation,
  PartitionInfo,
  Strategy,
  TopicInfo,
} from './model.js';
import type { BalanceReport } from './placement/balance.js';

export interface QueryMembers extends GroupQueryMembers {
  get_broker: { id: number };
  list_brokers: object;
  get_topic: { name: string };
  list_topics: object;
  get_partition: { topic: string; partition: number };
  list_partitions: { topic: string };
  list_reassignments: object;
  metadata: object;
  health: object;
  /**
   * Where partitions `0..partitions-1` of such a topic would go now, under an operation with this seed (0 without one).
   * Writes nothing; the topic need not exist, and if it does its settings count.
   */
  allocate_partitions: {
    topic: string;
    partitions: number;
    replicationFactor: number;
    strategy?: Strategy;
    placementSeed?: number;
  };
  /** How evenly replicas, leaders and disks are spread over brokers and racks. */
  balance: object;
  /** A page of brokers, topics or partitions, of as many as match. */
  browse: BrowseMembers;
  /** What the operation would come to now, an error too. Writes nothing. */
  validate: { operation: Operation };
}

export type QueryType = keyof QueryMembers;

/** Requests to the controller of the leader, by the way of linearizable queries; the metadata alone answers none. */
export interface ControllerRequestMembers {
  /** Answer: a HeartbeatAnswer. */
  broker_heartbeat: BrokerHeartbeat;
  /** Answer: null. UnknownMember, IllegalGeneration; RebalanceInProgress asks for a new join. */
  group_heartbeat: GroupHeartbeat;
}

export type ControllerRequestType = keyof ControllerRequestMembers;

export interface QueryValue extends GroupQueryValue {
  get_broker: BrokerInfo | undefined;
  /** By id. */
  list_brokers: BrokerInfo[];
  get_topic: TopicInfo | undefined;
  /** By name, in code-unit order. */
  list_topics: TopicInfo[];
  get_partition: PartitionInfo | undefined;
  /** By number; of an unknown topic: empty. */
  list_partitions: PartitionInfo[];
  /** Those under way, by topic and number. */
  list_reassignments: PartitionInfo[];
  /**
   * Its records have own members only, whatever the names ('__proto__' too), and structured clone keeps them all; but a
   * clone's records have Object.prototype, so who looks names up should copy them onto objects without a prototype.
   */
  metadata: ClusterMetadata;
  health: MetadataHealth;
  /** As `create_topic` would make them, with times 0. */
  allocate_partitions: PartitionInfo[];
  balance: BalanceReport;
  browse: BrowsePage;
  /** The operation's answer. */
  validate: unknown;
}
