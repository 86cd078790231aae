/**
 * The plain strategy, blind to racks and resources: replica j of partition i is on broker (i + j) mod n, in id order.
 */
import { must } from '../../assert.js';
import type { BrokerInfo } from '../model.js';

/** `brokers`: at least as many as the factor. */
export function placeRoundRobin(
  brokers: readonly Readonly<BrokerInfo>[],
  partitions: number,
  replicationFactor: number,
): number[][] {
  const lists: number[][] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const replicas: number[] = [];
    for (let place = 0; place < replicationFactor; place += 1) {
      replicas.push(must(brokers[(partition + place) % brokers.length], 'broker').id);
    }
    lists.push(replicas);
  }
  return lists;
}
