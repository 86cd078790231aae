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

/** As the image is now; each broker is looked up once, since an operation may ask for the same few many times. */
export function brokerStates(image: ReadableImage): BrokerStates {
  const known = new Map<number, Pick<BrokerInfo, 'status'> | null>();
  const find = (id: number): Pick<BrokerInfo, 'status'> | null => {
    let info = known.get(id);
    if (info === undefined) {
      info = findBroker(image, id) ?? null;
      known.set(id, info);
    }
    return info;
  };
  const holds = (id: number, rule: (info: Pick<BrokerInfo, 'status'>) => boolean): boolean => {
    const info = find(id);
    return info !== null && rule(info);
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
