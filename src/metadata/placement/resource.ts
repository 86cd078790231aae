/**
 * Placement by resources: leaders and replicas in proportion to what each broker can carry, counting what it carries
 * already. In this order: no disk is promised more than it has free; a partition's replicas spread over as many racks
 * as have room; within a rack unfenced brokers come before fenced ones; no broker gets more than its part of the topic
 * while another has less than its own; then the one that carries least for its weight.
 */
import { must } from '../../assert.js';
import type { BrokerInfo, TopicConfig } from '../model.js';
import type { BrokerLoad } from './broker-loads.js';
import { countRoom, estimatePartitionBytes, weighBrokers } from './capacity.js';
import type { Draw } from './draw.js';
import type { Rank } from './rising-queue.js';
import { compareRanks, RisingQueue } from './rising-queue.js';
import { isFenced } from '../broker-states.js';
import { groupByRack } from './usable-brokers.js';

export interface ResourceRequest {
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Of the topic. */
  readonly config: Readonly<TopicConfig>;
}

interface Candidate {
  readonly id: number;
  readonly rack: string;
  readonly isFenced: boolean;
  readonly weight: number;
  /** Of all topics. */
  leaders: number;
  replicas: number;
  /** How many more of this topic it may take before it has had its part. */
  leadersDue: number;
  replicasDue: number;
  /** How many more its disk is sure to hold. */
  room: number;
}

interface Rack {
  readonly name: string;
  readonly candidates: RisingQueue<Candidate>;
}

interface Field {
  readonly leaders: RisingQueue<Candidate>;
  readonly racks: RisingQueue<Rack>;
}

/**
 * `brokers`: by id. Fewer lists than partitions where too few brokers have room for the next, or none that may lead.
 */
export function placeByResources(
  brokers: readonly Readonly<BrokerInfo>[],
  loads: ReadonlyMap<number, BrokerLoad>,
  request: ResourceRequest,
  draw: Draw,
): number[][] {
  const field = createField(listCandidates(brokers, loads, request), draw);
  const lists: number[][] = [];
  while (lists.length < request.partitions) {
    const replicas = placeOne(field, request.replicationFactor);
    if (replicas.length === 0) break;
    lists.push(replicas);
  }
  return lists;
}

function listCandidates(
  brokers: readonly Readonly<BrokerInfo>[],
  loads: ReadonlyMap<number, BrokerLoad>,
  { partitions, replicationFactor, config }: ResourceRequest,
): Candidate[] {
  const weights = weighBrokers(brokers);
  const candidates = brokers.map((broker, place): Candidate => {
    const { leaders, replicas, promisedBytes } = must(loads.get(broker.id), 'every broker was counted');
    return {
      id: broker.id,
      rack: broker.rack,
      isFenced: isFenced(broker),
      weight: must(weights[place], 'every broker was weighed'),
      leaders,
      replicas,
      leadersDue: 0,
      replicasDue: 0,
      room: countRoom(broker.resources, promisedBytes, estimatePartitionBytes(config, broker.resources)),
    };
  });
  const leading = candidates.filter((candidate) => !candidate.isFenced);
  const leadingWeight = sumOfWeights(leading);
  for (const candidate of leading) candidate.leadersDue = Math.ceil((partitions * candidate.weight) / leadingWeight);
  const replicas = partitions * replicationFactor;
  const weight = sumOfWeights(candidates);
  for (const candidate of candidates) candidate.replicasDue = Math.ceil((replicas * candidate.weight) / weight);
  return candidates;
}

function createField(candidates: readonly Candidate[], draw: Draw): Field {
  const leaders = new RisingQueue(ifRoom(leaderRank), draw);
  const racks = new RisingQueue<Rack>(({ candidates: members }) => {
    const best = members.peek();
    return best === undefined ? undefined : replicaRank(best);
  }, draw);
  for (const candidate of candidates) if (!candidate.isFenced) leaders.push(candidate);
  for (const [name, members] of groupByRack(candidates)) {
    const rack: Rack = { name, candidates: new RisingQueue(ifRoom(replicaRank), draw) };
    for (const candidate of members) rack.candidates.push(candidate);
    racks.push(rack);
  }
  return { leaders, racks };
}

/** None where not enough have room. */
function placeOne({ leaders, racks }: Field, replicationFactor: number): number[] {
  const leader = leaders.pop();
  if (leader === undefined) return [];
  const chosen = [leader];
  const visited: Rack[] = [];
  const popped: [Rack, Candidate][] = [];
  const popFrom = (rack: Rack): Candidate => {
    const candidate = must(rack.candidates.pop(), 'a candidate was there');
    popped.push([rack, candidate]);
    return candidate;
  };
  while (chosen.length < replicationFactor) {
    const rack = racks.pop();
    if (rack === undefined) break;
    visited.push(rack);
    if (rack.name !== leader.rack) chosen.push(popFrom(rack));
  }
  // More replicas than racks: one more from each, the leader's too, as long as they have any.
  while (chosen.length < replicationFactor) {
    const giving = visited
      .flatMap((rack) => {
        if (rack.candidates.peek() === leader) popFrom(rack);
        const best = rack.candidates.peek();
        return best === undefined ? [] : { rack, rank: replicaRank(best) };
      })
      .sort((a, b) => compareRanks(a.rank, b.rank));
    if (giving.length === 0) return [];
    for (const { rack } of giving.slice(0, replicationFactor - chosen.length)) chosen.push(popFrom(rack));
  }
  leader.leaders += 1;
  leader.leadersDue -= 1;
  for (const candidate of chosen) {
    candidate.replicas += 1;
    candidate.replicasDue -= 1;
    candidate.room -= 1;
  }
  for (const [rack, candidate] of popped) rack.candidates.push(candidate);
  for (const rack of visited) racks.push(rack);
  leaders.push(leader);
  return chosen.map(({ id }) => id);
}

function sumOfWeights(candidates: readonly Candidate[]): number {
  return candidates.reduce((sum, { weight }) => sum + weight, 0);
}

function leaderRank({ leaders, replicas, leadersDue, weight }: Candidate): Rank {
  return { group: leadersDue > 0 ? 0 : 1, load: (leaders + 1) / weight, otherLoad: (replicas + 1) / weight };
}

function replicaRank({ replicas, replicasDue, weight, isFenced: fenced }: Candidate): Rank {
  return { group: (fenced ? 2 : 0) + (replicasDue > 0 ? 0 : 1), load: (replicas + 1) / weight, otherLoad: 0 };
}

/** Who has no room is out for good. */
function ifRoom(rankOf: (candidate: Candidate) => Rank): (candidate: Candidate) => Rank | undefined {
  return (candidate) => (candidate.room > 0 ? rankOf(candidate) : undefined);
}
