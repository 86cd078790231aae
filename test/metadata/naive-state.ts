/** The one object of `naive-model.ts`: its beginning, and the way back when a rule was broken. */
import type { BrokerInfo, ClusterMetadata, PartitionInfo, TopicInfo } from '../../src/metadata/model.js';

/** Names like `__proto__` are keys like any other. */
export function emptyState(): ClusterMetadata {
  return {
    brokers: Object.create(null) as Record<string, BrokerInfo>,
    topics: Object.create(null) as Record<string, TopicInfo>,
    partitions: Object.create(null) as Record<string, PartitionInfo>,
    version: 0,
    lastModified: 0,
  };
}

/** `before`: as JSON. */
export function restoreState(state: ClusterMetadata, before: string): void {
  const restored = JSON.parse(before) as ClusterMetadata;
  for (const name of ['brokers', 'topics', 'partitions'] as const) {
    const record = Object.create(null) as Record<string, never>;
    for (const [key, value] of Object.entries(restored[name])) record[key] = value as never;
    state[name] = record;
  }
}
