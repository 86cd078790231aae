/**
 * Where new partitions go: round-robin over the brokers that may take replicas, in id order. Replica j of partition i
 * is on broker (i + j) mod n, so that leaders and followers spread evenly and every node comes to the same lists.
 */
import { must } from '../assert.js';
import type { OperationAnswer } from './answer.js';
import { rejected } from './answer.js';
import type { ReadableImage } from './image.js';
import { listBrokers } from './image.js';
import { MAX_REPLICAS_PER_OPERATION } from './limits.js';
import type { BrokerInfo } from './model.js';

/** Who is dead, draining or unreachable takes no new replicas. */
export function mayTakeReplicas(broker: Readonly<BrokerInfo>): boolean {
  return broker.status === 'alive';
}

export function placeRoundRobin(
  image: ReadableImage,
  partitions: number,
  replicationFactor: number,
): OperationAnswer<number[][]> {
  const brokers = listBrokers(image)
    .filter(mayTakeReplicas)
    .map(({ id }) => id);
  if (brokers.length < replicationFactor) {
    return rejected(
      'NotEnoughBrokers',
      `${replicationFactor} replicas need as many alive brokers; ${brokers.length} are`,
    );
  }
  if (partitions * replicationFactor > MAX_REPLICAS_PER_OPERATION) {
    return rejected('InvalidArgument', `more than ${MAX_REPLICAS_PER_OPERATION} replicas in one operation`);
  }
  const lists: number[][] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const replicas: number[] = [];
    for (let place = 0; place < replicationFactor; place += 1) {
      replicas.push(must(brokers[(partition + place) % brokers.length], 'broker'));
    }
    lists.push(replicas);
  }
  return { value: lists };
}
