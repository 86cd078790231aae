/**
 * A broker's status as the rules of partitions see it: active, draining or fenced. 'dead' and 'unreachable' are fenced;
 * a draining broker is what Kafka calls in controlled shutdown.
 */
import type { ReadableImage } from './image.js';
import { findBroker } from './image.js';
import type { BrokerInfo } from './model.js';

/** It may lead and be in sync. */
export function isActive({ status }: Pick<BrokerInfo, 'status'>): boolean {
  return status === 'alive';
}

/** Its replicas are offline; those of a draining broker are not. */
export function isFenced({ status }: Pick<BrokerInfo, 'status'>): boolean {
  return status === 'dead' || status === 'unreachable';
}

/** The same of ids. One that is not registered is neither. */
export interface BrokerStates {
  readonly isActive: (brokerId: number) => boolean;
  readonly isFenced: (brokerId: number) => boolean;
}

export function brokerStates(image: ReadableImage): BrokerStates {
  const holds = (id: number, rule: (info: BrokerInfo) => boolean): boolean => {
    const broker = findBroker(image, id);
    return broker !== undefined && rule(broker);
  };
  return { isActive: (id) => holds(id, isActive), isFenced: (id) => holds(id, isFenced) };
}

/** What a partition begins with on these brokers, all registered: in sync are the active ones (KRaft's rule). */
export function beginOn(
  image: ReadableImage,
  replicas: readonly number[],
): { isr: number[]; offlineReplicas: number[] } {
  const brokers = brokerStates(image);
  return { isr: replicas.filter(brokers.isActive), offlineReplicas: replicas.filter(brokers.isFenced) };
}
