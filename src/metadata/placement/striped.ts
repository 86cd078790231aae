/**
 * KRaft's StripedReplicaPlacer: replicas go round the racks, each partition begins one rack further, and within a rack
 * they go round its brokers, so that racks are spread first, brokers second. It counts nothing: a small rack gets as
 * many replicas as a large one. One departure: Kafka numbers the partitions anew after each shuffle, so that a list
 * used for number 0 and then not before the next number 0 seems used up there; here each has a number of its own.
 */
import { assert, must } from '../../assert.js';
import type { BrokerInfo } from '../model.js';
import type { Draw } from './draw.js';
import { shuffle } from './draw.js';
import { isFenced } from '../broker-states.js';
import { groupByRack } from './usable-brokers.js';

export interface Stripes {
  readonly partitions: number;
  readonly replicationFactor: number;
  /** The replicas of the partitions that the topic has already, by number: the stripes go on where those end. */
  readonly existing: readonly (readonly number[])[];
}

/** The unfenced or the fenced brokers of a rack. The first partition that uses it begins at the offset. */
class BrokerRing {
  readonly #ids: number[];
  #offset: number;
  #taken = 0;
  #partition = 0;

  constructor(ids: number[], offset: number) {
    this.#ids = ids;
    this.#offset = offset;
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Each partition that uses the ring begins one broker further; undefined once it has used them all. */
  next(partition: number): number | undefined {
    const { length } = this.#ids;
    if (length === 0) return undefined;
    if (partition !== this.#partition) {
      this.#partition = partition;
      this.#offset = (this.#offset + 1) % length;
      this.#taken = 0;
    }
    if (this.#taken === length) return undefined;
    this.#taken += 1;
    return this.#ids[(this.#offset + this.#taken - 1) % length];
  }

  shuffle(draw: Draw): void {
    shuffle(this.#ids, draw);
  }
}

interface Rack {
  readonly unfenced: BrokerRing;
  readonly fenced: BrokerRing;
}

/** `brokers`: by id, at least as many as the factor, at least one of them unfenced. */
export function placeStriped(brokers: readonly Readonly<BrokerInfo>[], stripes: Stripes, draw: Draw): number[][] {
  const { racks, start } = createRacks(brokers, stripes.existing, draw);
  const unfenced = racks.reduce((sum, rack) => sum + rack.unfenced.size, 0);
  const lists: number[][] = [];
  for (let partition = 0; partition < stripes.partitions; partition += 1) {
    // Each unfenced broker has had its turn: other orders, so that the layouts do not repeat.
    if (partition > 0 && partition % unfenced === 0 && unfenced > 1) {
      shuffle(racks, draw);
      for (const rack of racks) {
        rack.unfenced.shuffle(draw);
        rack.fenced.shuffle(draw);
      }
    }
    lists.push(placeOne(racks, (start + partition) % racks.length, partition, stripes.replicationFactor));
  }
  return lists;
}

function placeOne(racks: readonly Rack[], start: number, partition: number, replicationFactor: number): number[] {
  const rackAt = (step: number): Rack => must(racks[(start + step) % racks.length], 'a rack');
  let leaderStep = 0;
  while (leaderStep < racks.length && rackAt(leaderStep).unfenced.size === 0) leaderStep += 1;
  const replicas = [must(rackAt(leaderStep).unfenced.next(partition), 'a leader')];
  const nextOf = (rack: Rack): number | undefined => rack.unfenced.next(partition) ?? rack.fenced.next(partition);
  for (let step = 0; step < racks.length && replicas.length < replicationFactor; step += 1) {
    if (step !== leaderStep) replicas.push(must(nextOf(rackAt(step)), 'no rack is empty'));
  }
  // More replicas than racks: round and round, the leader's too, without those that have no broker left.
  let giving = replicas.length < replicationFactor ? racks.map((_, step) => rackAt(step)) : [];
  while (replicas.length < replicationFactor) {
    assert(giving.length > 0, 'as many brokers as replicas');
    const left: Rack[] = [];
    for (const rack of giving) {
      const id = replicas.length < replicationFactor ? nextOf(rack) : undefined;
      if (id === undefined) continue;
      replicas.push(id);
      left.push(rack);
    }
    giving = left;
  }
  return replicas;
}

function createRacks(
  brokers: readonly Readonly<BrokerInfo>[],
  existing: Stripes['existing'],
  draw: Draw,
): { racks: Rack[]; start: number } {
  const byRack = [...groupByRack(brokers)];
  const rackOf = new Map(brokers.map(({ id, rack }) => [id, rack]));
  const lastUsed = lastUsedIn(existing, rackOf, byRack.length);
  const beginIn = (size: number, last: number): number => {
    if (size === 0) return 0;
    return last === -1 ? draw(size) : (last + 1) % size;
  };
  const racks = byRack.map(([name, members]): Rack => {
    const unfenced = members.filter((broker) => !isFenced(broker)).map(({ id }) => id);
    const fenced = members.filter(isFenced).map(({ id }) => id);
    const last = unfenced.indexOf(lastUsed.get(name) ?? 0);
    return {
      unfenced: new BrokerRing(unfenced, beginIn(unfenced.length, last)),
      fenced: new BrokerRing(fenced, beginIn(fenced.length, -1)),
    };
  });
  const lastRack = rackOf.get(existing.at(-1)?.[0] ?? 0);
  return {
    racks,
    start: beginIn(
      racks.length,
      byRack.findIndex(([name]) => name === lastRack),
    ),
  };
}

/** Of each rack the first replica in the last partition that has one there. */
function lastUsedIn(
  existing: Stripes['existing'],
  rackOf: ReadonlyMap<number, string>,
  racks: number,
): ReadonlyMap<string, number> {
  const lastUsed = new Map<string, number>();
  for (let partition = existing.length - 1; partition >= 0 && lastUsed.size < racks; partition -= 1) {
    for (const id of existing[partition] ?? []) {
      const rack = rackOf.get(id);
      if (rack !== undefined && !lastUsed.has(rack)) lastUsed.set(rack, id);
    }
  }
  return lastUsed;
}
