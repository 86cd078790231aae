/** Clusters for the tests of placement, as machines: racks of brokers, with statuses and resources. */
import type { BrokerInfo, BrokerResources, BrokerStatus } from '../../../src/metadata/model.js';
import type { MetadataTester } from '../metadata-tester.js';
import { createTester } from '../metadata-tester.js';

export interface PlannedBroker {
  readonly id: number;
  readonly rack: string;
  readonly status?: BrokerStatus;
  readonly resources?: Partial<BrokerResources>;
}

export function createCluster(brokers: readonly PlannedBroker[]): MetadataTester {
  const tester = createTester();
  for (const { id, rack, status, resources } of brokers) {
    tester.accept('register_broker', { id, addr: `broker-${id}:9092`, rack, ...(resources && { resources }) });
    if (status !== undefined) tester.accept('update_broker', { id, change: { status } });
  }
  return tester;
}

/** Brokers 1 to n, so many a rack. */
export function inRacks(sizes: readonly number[], resources: Partial<BrokerResources> = {}): PlannedBroker[] {
  return sizes
    .flatMap((size, place) => Array.from({ length: size }, () => `rack-${place + 1}`))
    .map((rack, place) => ({ id: place + 1, rack, resources }));
}

/** Replicas and leaders of each broker, by id. */
export function countsOf(tester: MetadataTester): { replicas: number[]; leaders: number[] } {
  const { brokers } = tester.ask('balance', {});
  return { replicas: brokers.map(({ replicas }) => replicas), leaders: brokers.map(({ leaders }) => leaders) };
}

export function usableOf(tester: MetadataTester): BrokerInfo[] {
  return tester.ask('list_brokers', {}).filter(({ status }) => status !== 'draining');
}

export function rangeOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}
