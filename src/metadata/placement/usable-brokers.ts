/**
 * Which brokers may take replicas, by KRaft's rule: every registered one that is not in controlled shutdown. A fenced
 * one takes them only where its rack has no other left, and never leads.
 */
import type { ReadableImage } from '../image.js';
import { compareCodeUnits } from '../code-units.js';
import { listBrokers } from '../image.js';
import type { BrokerInfo } from '../model.js';

export function isUsable({ status }: Readonly<BrokerInfo>): boolean {
  return status !== 'draining';
}

/** By id. */
export function listUsableBrokers(image: ReadableImage): Readonly<BrokerInfo>[] {
  return listBrokers(image).filter(isUsable);
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
