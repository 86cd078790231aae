/** The table of partitions, with the columns of `kafka-topics --describe`. */

import type { PartitionInfo } from '../index.js';
import type { Column } from './tables.js';

export const PARTITION_COLUMNS: readonly Column<PartitionInfo>[] = [
  { heading: 'TOPIC', text: ({ topic }) => topic },
  { heading: 'PARTITION', text: ({ partition }) => partition, align: 'right' },
  {
    heading: 'LEADER',
    text: ({ leader }) => (leader === 0 ? 'none' : leader),
    align: 'right',
    colour: ({ leader }) => (leader === 0 ? 'red' : undefined),
  },
  { heading: 'REPLICAS', text: ({ replicas }) => ids(replicas) },
  { heading: 'ISR', text: ({ isr }) => ids(isr), colour: (each) => (isUnderReplicated(each) ? 'red' : undefined) },
  {
    heading: 'OFFLINE',
    text: ({ offlineReplicas }) => ids(offlineReplicas),
    colour: ({ offlineReplicas }) => (offlineReplicas.length > 0 ? 'red' : undefined),
  },
  { heading: 'ADDING', text: ({ addingReplicas = [] }) => ids(addingReplicas), wide: true },
  { heading: 'REMOVING', text: ({ removingReplicas = [] }) => ids(removingReplicas), wide: true },
  { heading: 'LEADER EPOCH', text: ({ leaderEpoch }) => leaderEpoch, align: 'right', wide: true },
  { heading: 'PARTITION EPOCH', text: ({ partitionEpoch }) => partitionEpoch, align: 'right', wide: true },
];

/** Those that a reassignment adds do not count. */
export function isUnderReplicated({ isr, replicas, addingReplicas = [] }: PartitionInfo): boolean {
  return isr.length < replicas.length - addingReplicas.length;
}

function ids(brokers: readonly number[]): string {
  return brokers.length === 0 ? '-' : brokers.join(',');
}
