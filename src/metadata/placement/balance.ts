/**
 * How evenly the cluster is loaded: replicas and leaders of each broker and rack, disks, and the partitions that one
 * rack's end would hurt more than it need. Over all registered brokers, whatever their state. Reads only.
 */
import type { Image } from '../image.js';
import { listBrokers, listPartitionsOf, listTopicRecords } from '../image.js';
import type { BrokerInfo, BrokerStatus, PartitionInfo } from '../model.js';
import type { BrokerLoad } from './broker-loads.js';
import { countLoads } from './broker-loads.js';
import { usedDiskShare } from './capacity.js';
import { groupByRack, isUsable } from './usable-brokers.js';

/** Of no values: all 0. */
export interface Spread {
  min: number;
  max: number;
  mean: number;
  /** Of the population. */
  standardDeviation: number;
}

export interface BrokerBalance {
  id: number;
  rack: string;
  status: BrokerStatus;
  replicas: number;
  leaders: number;
  /** 0..1; null where the broker told no size. */
  diskUsed: number | null;
}

export interface RackBalance {
  /** '' = the brokers without one. */
  rack: string;
  brokers: number;
  replicas: number;
  leaders: number;
}

export interface BalanceReport {
  /** By id. */
  brokers: BrokerBalance[];
  /** By name. */
  racks: RackBalance[];
  perBroker: { replicas: Spread; leaders: Spread; diskUsed: Spread };
  perRack: { replicas: Spread; leaders: Spread };
  /** Partitions with replicas that share a rack while another rack, with a broker not draining, has none of them. */
  sharingRack: number;
  /** The first 1,000 of them, by topic and number. */
  examples: { topic: string; partition: number }[];
}

const MAX_EXAMPLES = 1_000;

export function balanceOf(image: Image): BalanceReport {
  const infos = listBrokers(image);
  const loads = countLoads(image, infos);
  const brokers = infos.map((info) => balanceOfBroker(info, loads.get(info.id)));
  const racks = [...groupByRack(brokers)].map(([rack, members]): RackBalance => ({
    rack,
    brokers: members.length,
    replicas: sumOf(members.map(({ replicas }) => replicas)),
    leaders: sumOf(members.map(({ leaders }) => leaders)),
  }));
  const sharing = findSharingRack(image, infos);
  return {
    brokers,
    racks,
    perBroker: {
      replicas: spreadOf(brokers.map(({ replicas }) => replicas)),
      leaders: spreadOf(brokers.map(({ leaders }) => leaders)),
      diskUsed: spreadOf(brokers.flatMap(({ diskUsed }) => diskUsed ?? [])),
    },
    perRack: {
      replicas: spreadOf(racks.map(({ replicas }) => replicas)),
      leaders: spreadOf(racks.map(({ leaders }) => leaders)),
    },
    sharingRack: sharing.length,
    examples: sharing.slice(0, MAX_EXAMPLES).map(({ topic, partition }) => ({ topic, partition })),
  };
}

function balanceOfBroker(info: Readonly<BrokerInfo>, load: BrokerLoad | undefined): BrokerBalance {
  return {
    id: info.id,
    rack: info.rack,
    status: info.status,
    replicas: load?.replicas ?? 0,
    leaders: load?.leaders ?? 0,
    diskUsed: usedDiskShare(info.resources) ?? null,
  };
}

function findSharingRack(image: Image, infos: readonly Readonly<BrokerInfo>[]): PartitionInfo[] {
  const rackOf = new Map(infos.map(({ id, rack }) => [id, rack]));
  const usableRacks = new Set(infos.filter(isUsable).map(({ rack }) => rack));
  return listTopicRecords(image).flatMap((record) =>
    listPartitionsOf(record).filter(({ replicas }) => {
      const racks = new Set(replicas.map((id) => rackOf.get(id)));
      if (racks.size === replicas.length) return false;
      for (const rack of usableRacks) if (!racks.has(rack)) return true;
      return false;
    }),
  );
}

function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) return { min: 0, max: 0, mean: 0, standardDeviation: 0 };
  const mean = sumOf(values) / values.length;
  const variance = sumOf(values.map((value) => (value - mean) ** 2)) / values.length;
  const [min, max] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  return { min, max, mean, standardDeviation: Math.sqrt(variance) };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
