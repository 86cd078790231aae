/**
 * What a broker can carry, from the resources it reported: a weight against the other brokers, and how many more
 * partitions of a topic its disk is sure to hold. A resource that a broker did not report counts as the mean of those
 * that did; one that none reported does not count. Nothing here is measured: sizes of partitions are estimates.
 */
import type { BrokerInfo, BrokerResources, TopicConfig } from '../model.js';

/** How much each resource counts. The disk most: a partition holds it even when nothing is read or written. */
const SHARES = { disk: 2, cpu: 1, memory: 1, network: 1 };
type Amounts = { readonly [Resource in keyof typeof SHARES]: number | undefined };
const RESOURCES = Object.keys(SHARES) as (keyof typeof SHARES)[];

/** A broker that has next to nothing free still counts for something. */
const LEAST_WEIGHT = 0.01;

/** A partition without a size limit is taken for this part of its disk: Kafka's advice is 4,000 partitions a broker. */
const PARTITIONS_PER_DISK = 4_000;

/** Relative: two brokers with the same resources have the same weight, and the mean of most is 1. */
export function weighBrokers(brokers: readonly Readonly<BrokerInfo>[]): number[] {
  const amounts = brokers.map(({ resources }) => amountsOf(resources));
  const weights = brokers.map(() => 0);
  let shares = 0;
  for (const resource of RESOURCES) {
    const known = amounts.map((amount) => amount[resource]).filter((amount) => amount !== undefined);
    const mean = known.reduce((sum, amount) => sum + amount, 0) / Math.max(known.length, 1);
    if (mean === 0) continue;
    shares += SHARES[resource];
    amounts.forEach((amount, place) => {
      weights[place] = (weights[place] ?? 0) + (SHARES[resource] * (amount[resource] ?? mean)) / mean;
    });
  }
  return weights.map((weight) => (shares === 0 ? 1 : Math.max(weight / shares, LEAST_WEIGHT)));
}

/** How large a partition may grow on such a disk, in whole bytes. Kafka's retention.bytes limits one partition. */
export function estimatePartitionBytes(config: Readonly<TopicConfig>, resources: Readonly<BrokerResources>): number {
  const { retentionBytes } = config;
  // Kafka's largest number stands for "without limit" too, and is read as this one.
  if (retentionBytes >= 0 && retentionBytes < Number.MAX_SAFE_INTEGER) return retentionBytes;
  return Math.floor((resources.diskTotalBytes || resources.diskAvailableBytes) / PARTITIONS_PER_DISK);
}

/**
 * How many more partitions of this size the disk holds. `promisedBytes`: what those that are there may grow to. What
 * they have written is in the used bytes too and so counts twice, since nobody knows how much it is: rather a refusal
 * than a full disk. An unknown disk holds any number.
 */
export function countRoom(resources: Readonly<BrokerResources>, promisedBytes: number, partitionBytes: number): number {
  const freeBytes = freeDiskOf(resources);
  if (freeBytes === undefined) return Infinity;
  const leftBytes = freeBytes - promisedBytes;
  return leftBytes <= 0 ? 0 : Math.floor(leftBytes / partitionBytes);
}

/** 0..1; undefined without a size. */
export function usedDiskShare(resources: Readonly<BrokerResources>): number | undefined {
  const freeBytes = freeDiskOf(resources);
  const { diskTotalBytes } = resources;
  return freeBytes === undefined || diskTotalBytes === 0 ? undefined : 1 - freeBytes / diskTotalBytes;
}

function amountsOf(resources: Readonly<BrokerResources>): Amounts {
  const { memoryTotalBytes, memoryUsedBytes, cpuCores, networkBandwidthBytesPerSecond } = resources;
  return {
    disk: freeDiskOf(resources),
    cpu: cpuCores === 0 ? undefined : cpuCores,
    memory: memoryTotalBytes === 0 ? undefined : Math.max(memoryTotalBytes - memoryUsedBytes, 0),
    network: networkBandwidthBytesPerSecond === 0 ? undefined : networkBandwidthBytesPerSecond,
  };
}

/** Undefined where neither the size nor the free bytes are known; the smaller where they contradict each other. */
function freeDiskOf(resources: Readonly<BrokerResources>): number | undefined {
  const { diskTotalBytes, diskUsedBytes, diskAvailableBytes } = resources;
  if (diskTotalBytes === 0) return diskAvailableBytes === 0 ? undefined : diskAvailableBytes;
  const unusedBytes = Math.max(diskTotalBytes - diskUsedBytes, 0);
  return diskAvailableBytes === 0 ? unusedBytes : Math.min(diskAvailableBytes, unusedBytes);
}
