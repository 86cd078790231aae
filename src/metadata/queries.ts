/**
 * The questions that the metadata answers, one documented shape each, with the shape of the answer's value. Types only;
 * `answer-query.ts` answers them from an image.
 */
import type { MetadataHealth } from './health.js';
import type { BrokerInfo, ClusterMetadata, PartitionInfo, Strategy, TopicInfo } from './model.js';

export interface QueryMembers {
  get_broker: { id: number };
  list_brokers: object;
  get_topic: { name: string };
  list_topics: object;
  get_partition: { topic: string; partition: number };
  list_partitions: { topic: string };
  metadata: object;
  health: object;
  /** Where partitions `0..partitions-1` of such a topic would go now. Writes nothing; the topic need not exist. */
  allocate_partitions: { topic: string; partitions: number; replicationFactor: number; strategy?: Strategy };
}

export type QueryType = keyof QueryMembers;

export interface QueryValue {
  get_broker: BrokerInfo | undefined;
  /** By id. */
  list_brokers: BrokerInfo[];
  get_topic: TopicInfo | undefined;
  /** By name, in code-unit order. */
  list_topics: TopicInfo[];
  get_partition: PartitionInfo | undefined;
  /** By number; of an unknown topic: empty. */
  list_partitions: PartitionInfo[];
  /**
   * Its records have own members only, whatever the names ('__proto__' too), and structured clone keeps them all; but a
   * clone's records have Object.prototype, so who looks names up should copy them onto objects without a prototype.
   */
  metadata: ClusterMetadata;
  health: MetadataHealth;
  /** As `create_topic` would make them, with times 0. */
  allocate_partitions: PartitionInfo[];
}
