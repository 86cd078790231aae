/**
 * Where the replicas of new partitions go: what every strategy needs is checked here, then the strategy asked for makes
 * the lists. The first of a list is the leader preferred. Only what the image and the request hold decides.
 */
import type { OperationAnswer } from '../answer.js';
import { rejected } from '../answer.js';
import type { ReadableImage } from '../image.js';
import { MAX_REPLICAS_PER_OPERATION } from '../limits.js';
import type { Strategy, TopicConfig } from '../model.js';
import { countLoads } from './broker-loads.js';
import { createDraw } from './draw.js';
import { placeByResources } from './resource.js';
import { placeRoundRobin } from './round-robin.js';
import { placeStriped } from './striped.js';
import { isActive } from '../broker-states.js';
import { listUsableBrokers } from './usable-brokers.js';

export interface PlacementRequest {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly strategy: Strategy;
  /** Of the operation. */
  readonly seed: number;
  /** Of the topic: how large its partitions may grow. */
  readonly config: Readonly<TopicConfig>;
  /** The replicas of the partitions that the topic has already, by number; none of a new one. */
  readonly existing: readonly (readonly number[])[];
}

/** A list of replicas for each partition. NotEnoughBrokers; InvalidArgument for more than one operation may place. */
export function placeReplicas(image: ReadableImage, request: PlacementRequest): OperationAnswer<number[][]> {
  const { partitions, replicationFactor, strategy, topic, seed } = request;
  if (partitions * replicationFactor > MAX_REPLICAS_PER_OPERATION) {
    return rejected('InvalidArgument', `more than ${MAX_REPLICAS_PER_OPERATION} replicas in one operation`);
  }
  const usable = listUsableBrokers(image);
  const active = usable.filter(isActive);
  const brokers = strategy === 'roundRobin' ? active : usable;
  if (brokers.length < replicationFactor) {
    const wanted = strategy === 'roundRobin' ? 'alive' : 'registered and not draining';
    return rejected(
      'NotEnoughBrokers',
      `${replicationFactor} replicas need as many brokers that are ${wanted}; ${brokers.length} are`,
    );
  }
  if (active.length === 0) return rejected('NotEnoughBrokers', 'every broker that may take replicas is fenced');
  switch (strategy) {
    case 'roundRobin':
      return { value: placeRoundRobin(brokers, partitions, replicationFactor) };
    case 'striped':
      return { value: placeStriped(brokers, request, createDraw(seed, topic)) };
    case 'resource': {
      const lists = placeByResources(brokers, countLoads(image, brokers), request, createDraw(seed, topic));
      if (lists.length === partitions) return { value: lists };
      return rejected('NotEnoughBrokers', `too few disks have room for partition ${lists.length} of ${partitions}`);
    }
  }
}
