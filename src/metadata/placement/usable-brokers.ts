/**
 * Which brokers may take replicas, by KRaft's rule: every registered one that is not in controlled shutdown. A fenced
 * one takes them only where its rack has no other left, and never leads.
 */
import type { ReadableImage } from '../image.js';
import { compareCodeUnits, findBroker, listBrokerRecords } from '../image.js';
import type { BrokerInfo } from '../model.js';

/** Neither fenced nor draining: it may lead and be in sync. */
export function isActive({ status }: Readonly<BrokerInfo>): boolean {
  return status === 'alive';
}

export function isFenced({ status }: Readonly<BrokerInfo>): boolean {
  return status === 'dead' || status === 'unreachable';
}

export function isUsable({ status }: Readonly<BrokerInfo>): boolean {
  return status !== 'draining';
}

/** By id. */
export function listUsableBrokers(image: ReadableImage): Readonly<BrokerInfo>[] {
  return listBrokerRecords(image)
    .map((record) => record.info)
    .filter(isUsable);
}

/** Racks by name, in them the brokers in the order given. Those without a rack share one, as KRaft has it. */
export function groupByRack<Broker extends { readonly rack: string }>(
  brokers: readonly Broker[],
): ReadonlyMap<string, readonly Broker[]> {
  const byRack = new Map<string, Broker[]>();
  for (const broker of brokers) {
    const members = byRack.get(broker.rack);
    if (members === undefined) byRack.set(broker.rack, [broker]);
    else members.push(broker);
  }
  return new Map([...byRack].sort(([a], [b]) => compareCodeUnits(a, b)));
}

/** What a partition begins with on these brokers, all registered: in sync are the active ones (KRaft's rule). */
export function beginOn(
  image: ReadableImage,
  replicas: readonly number[],
): { isr: number[]; offlineReplicas: number[] } {
  const isr: number[] = [];
  const offlineReplicas: number[] = [];
  for (const id of replicas) {
    const info = findBroker(image, id)?.info;
    if (info === undefined) continue;
    if (isActive(info)) isr.push(id);
    else if (isFenced(info)) offlineReplicas.push(id);
  }
  return { isr, offlineReplicas };
}
