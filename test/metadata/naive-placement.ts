/**
 * Where replicas go, as the naive model has it: in turn where the strategy is to go in turn; else wherever they were
 * put, if the lists are such as the rules allow.
 */
import type { BrokerInfo } from '../../src/metadata/model.js';
import type { OperationData } from '../../src/metadata/operations.js';
import { flawOf } from './placement/flaws.js';
import { require } from './refusal.js';

/** `partitions`: new ones, behind those that the topic has. */
export type WantedPlacement = Pick<
  OperationData['create_topic'],
  'name' | 'partitions' | 'replicationFactor' | 'strategy'
>;

/**
 * `placed`: the lists that were made for the topic, in the end those of the new partitions; none where it was only
 * asked what creating it would come to: then some.
 */
export function placedLists(
  registered: readonly BrokerInfo[],
  { partitions, replicationFactor, strategy }: WantedPlacement,
  placed: number[][],
): number[][] {
  const brokers = [...registered].sort((a, b) => a.id - b.id);
  const alive = brokers.filter(({ status }) => status === 'alive').map(({ id }) => id);
  if (strategy !== 'roundRobin') {
    const usable = brokers.filter(({ status }) => status !== 'draining');
    require(usable.length >= replicationFactor && alive.length > 0, 'NotEnoughBrokers');
    if (placed.length === 0)
      return Array.from({ length: partitions }, () => distinct(alive, usable, replicationFactor));
    const lists = placed.slice(-partitions);
    for (const replicas of lists) requireWellPlaced(replicas, replicationFactor, usable);
    return lists;
  }
  require(alive.length >= replicationFactor, 'NotEnoughBrokers');
  return Array.from({ length: partitions }, (_, partition) =>
    Array.from({ length: replicationFactor }, (__, place) => alive[(partition + place) % alive.length] ?? 0),
  );
}

/** Nobody sees where: racks do not matter. */
function distinct(alive: readonly number[], usable: readonly BrokerInfo[], factor: number): number[] {
  return [...new Set([...alive, ...usable.map(({ id }) => id)])].slice(0, factor);
}

/** What every strategy that knows racks must come to; anything else is a bug of it, no refusal. */
function requireWellPlaced(replicas: readonly number[], factor: number, usable: readonly BrokerInfo[]): void {
  const flaw = flawOf(replicas, factor, usable);
  if (flaw !== undefined) throw new Error(`replicas [${replicas.join()}]: ${flaw}`);
}
