/** How many partitions and replicas a topic is to have, and how they are placed: striped, unless it says otherwise. */
import type { InputReader } from './input-reader.js';
import { MAX_PARTITIONS_PER_TOPIC, MAX_REPLICATION_FACTOR } from './limits.js';
import type { Strategy } from './model.js';

const STRATEGIES: readonly Strategy[] = ['striped', 'resource', 'roundRobin'];

export interface TopicShape {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly strategy: Strategy;
}

export function readTopicShape(input: InputReader): TopicShape {
  return {
    partitions: input.integer('partitions', 1, MAX_PARTITIONS_PER_TOPIC),
    replicationFactor: input.integer('replicationFactor', 1, MAX_REPLICATION_FACTOR),
    strategy: (input.has('strategy') ? input.choice('strategy', STRATEGIES) : undefined) ?? 'striped',
  };
}
