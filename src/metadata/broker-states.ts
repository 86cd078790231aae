/**
 * A broker's status as the rules of partitions see it: active, draining or fenced. 'dead' and 'unreachable' are fenced;
 * a draining broker is what Kafka calls in controlled shutdown.
 */
import type { ReadableImage } from './image.js';
import { findBroker } from './image.js';
import type { BrokerStatus } from './model.js';

/** An id that is not registered is neither. */
export interface BrokerStates {
  /** May lead and be in sync. */
  readonly isActive: (brokerId: number) => boolean;
  /** Its replicas are offline; those of a draining broker are not. */
  readonly isFenced: (brokerId: number) => boolean;
}

export function brokerStates(image: ReadableImage): BrokerStates {
  const statusOf = (id: number): BrokerStatus | undefined => findBroker(image, id)?.info.status;
  return {
    isActive: (id) => statusOf(id) === 'alive',
    isFenced: (id) => isFencedStatus(statusOf(id)),
  };
}

export function isFencedStatus(status: BrokerStatus | undefined): boolean {
  return status === 'dead' || status === 'unreachable';
}
