/**
 * All parameters of one seed, each drawn (swarm testing): which faults exist at all, how often they come, how fast
 * the network and the disks are, how small the core's limits. A fault that is absent from some seeds lets others run
 * longer undisturbed.
 */
import { drawChance, drawFraction, drawInteger, type Random } from '../random.js';
import type { RaftLimits } from '../raft/limits.js';
import type { FileDurability } from '../storage/storage.js';

export interface Plan {
  readonly nodes: number;
  /** Of them, the members of the first configuration; the others join later, if at all. */
  readonly voters: number;
  readonly electionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** Network, for each message. */
  readonly minimumDelayMs: number;
  readonly meanDelayMs: number;
  readonly dropRate: number;
  readonly duplicateRate: number;
  readonly reorderRate: number;
  readonly reorderDelayMs: number;
  /** Death and return of a peer are told to the others. */
  readonly peerNews: boolean;
  readonly syncMs: number;
  readonly durability: FileDurability;
  readonly segmentBytes: number;
  /** How far one node's clock may run ahead of or behind the others', as a fraction. */
  readonly clockSkew: number;
  /** Time between two actions of the nemesis, on average. */
  readonly nemesisIntervalMs: number;
  /** Relative weights of what it does. */
  readonly nemesisWeights: Readonly<Record<NemesisAction, number>>;
  readonly faultLengthMs: number;
  /** How often a leader falls in the moment in which a partition heals. */
  readonly healRate: number;
  /** Clients. */
  readonly proposalIntervalMs: number;
  readonly maxProposalEntries: number;
  /** How often an operation is sent again instead of a new one. */
  readonly retryRate: number;
  readonly readIntervalMs: number;
  /** The operator: how often, and how often it only moves leadership. */
  readonly adminIntervalMs: number;
  readonly transferRate: number;
  readonly snapshotEntries: number;
  /** Of brokers, where there are any. */
  readonly brokerSessionTimeoutMs: number;
  readonly pullBytes: number;
  readonly limits: RaftLimits;
  /** When the faults end: so many entries committed, or so many events. */
  readonly committedEntries: number;
  readonly maxEvents: number;
}

/** So many election time-outs are a broker's session: an election is over by then, and a run has many sessions. */
const SESSION_TIMEOUTS = 4;

/** The number of nodes is drawn within it. */
export interface NodeRange {
  readonly from: number;
  readonly to: number;
}

export const NEMESIS_ACTIONS = [
  'crash',
  'crashAtEffect',
  'crashAll',
  'partition',
  'isolate',
  'oneWay',
  'pause',
  'slowDisk',
  'failStorage',
  'stallStore',
  'failRestore',
  'campaign',
  'wipe',
  'rot',
  'stall',
  'clockJump',
  'oldMessages',
  'snapshot',
] as const;
export type NemesisAction = (typeof NEMESIS_ACTIONS)[number];

/** Of these at least one is always there, so that a fault can fire in a cluster of one node too. */
const PROCESS_ACTIONS: readonly NemesisAction[] = ['crash', 'crashAtEffect', 'pause'];

export function drawPlan(random: Random, nodes: NodeRange, meanEvents: number): Plan {
  const nodeCount = drawInteger(random, nodes.from, nodes.to + 1);
  const electionTimeoutMs = drawInteger(random, 100, 400);
  const churn = drawChance(random, 0.4);
  // In a short run things follow upon each other; in a long one there is time between them too.
  const pace = Math.min(4, Math.max(1, meanEvents / 9_000));
  return {
    nodes: nodeCount,
    voters: churn ? drawInteger(random, Math.ceil(nodeCount / 2), nodeCount + 1) : nodeCount,
    electionTimeoutMs,
    heartbeatIntervalMs: electionTimeoutMs / drawInteger(random, 3, 6 + 3 * pace),
    ...drawNetwork(random, electionTimeoutMs),
    syncMs: drawChance(random, 0.2) ? 0 : 0.05 + drawFraction(random) ** 3 * 20,
    durability: drawChance(random, 0.2) ? 'os' : 'fsync',
    segmentBytes: drawInteger(random, 512, 3072),
    clockSkew: drawChance(random, 0.5) ? 0 : drawFraction(random) * 0.3,
    nemesisIntervalMs: electionTimeoutMs * pace * (0.2 + drawFraction(random) * 3),
    nemesisWeights: drawNemesis(random, churn),
    faultLengthMs: electionTimeoutMs * (0.2 + drawFraction(random) * 7),
    healRate: drawFraction(random),
    proposalIntervalMs: pace ** 2 * (5 + drawFraction(random) * 60),
    maxProposalEntries: drawInteger(random, 1, 5),
    retryRate: drawChance(random, 0.5) ? 0 : drawFraction(random) * 0.5,
    readIntervalMs: drawChance(random, 0.2) ? 0 : pace ** 2 * (5 + drawFraction(random) * 60),
    adminIntervalMs: electionTimeoutMs * pace * (0.3 + drawFraction(random) * 5),
    transferRate: churn ? 0.3 : 1,
    snapshotEntries: drawChance(random, 0.15) ? Number.POSITIVE_INFINITY : Math.floor(8 * 40 ** drawFraction(random)),
    brokerSessionTimeoutMs: SESSION_TIMEOUTS * electionTimeoutMs,
    pullBytes: drawChance(random, 0.5) ? 1 << 20 : drawInteger(random, 20, 600),
    limits: drawLimits(random),
    committedEntries: drawInteger(random, 200, 1000),
    maxEvents: drawInteger(random, meanEvents * 0.2, meanEvents * 1.8),
  };
}

function drawNetwork(
  random: Random,
  electionTimeoutMs: number,
): Pick<
  Plan,
  'minimumDelayMs' | 'meanDelayMs' | 'dropRate' | 'duplicateRate' | 'reorderRate' | 'reorderDelayMs' | 'peerNews'
> {
  return {
    minimumDelayMs: drawFraction(random) * 2,
    meanDelayMs: 0.1 + drawFraction(random) ** 3 * electionTimeoutMs * 0.15,
    dropRate: drawChance(random, 0.5) ? 0 : drawFraction(random) ** 2 * 0.2,
    duplicateRate: drawChance(random, 0.5) ? 0 : drawFraction(random) ** 2 * 0.3,
    reorderRate: drawChance(random, 0.5) ? 0 : drawFraction(random) ** 2 * 0.5,
    reorderDelayMs: drawFraction(random) * electionTimeoutMs * 2,
    peerNews: drawChance(random, 0.5),
  };
}

function drawNemesis(random: Random, churn: boolean): Record<NemesisAction, number> {
  const weights = {} as Record<NemesisAction, number>;
  for (const action of NEMESIS_ACTIONS) weights[action] = drawChance(random, 0.5) ? drawFraction(random) : 0;
  const certain = PROCESS_ACTIONS[drawInteger(random, 0, PROCESS_ACTIONS.length)] ?? 'crash';
  weights[certain] = 0.2 + drawFraction(random);
  weights.crashAll *= 0.3;
  if (!churn) weights.wipe = 0;
  if (!churn) weights.rot = 0;
  return weights;
}

function drawLimits(random: Random): RaftLimits {
  return {
    maxAppendBytes: drawInteger(random, 16, 2000),
    maxInflightAppends: drawInteger(random, 1, 17),
    maxInflightBytes: drawInteger(random, 100, 8000),
    snapshotChunkBytes: drawInteger(random, 64, 2000),
    trailingEntries: drawInteger(random, 0, 20),
    maxRetainedBytes: drawInteger(random, 0, 4000),
    promotionLagEntries: drawInteger(random, 0, 20),
    maxWaitingReads: drawInteger(random, 2, 100),
    maxForwardedReadGroups: drawInteger(random, 1, 17),
    maxElectionSoonAttempts: drawInteger(random, 1, 7),
    maxUnappliedBytes: drawInteger(random, 200, 8000),
  };
}
