/**
 * A bounded exploration: where it starts, what may happen from there on, and how often. Everything within the bound is
 * explored in every order.
 */
import type { MembershipChange, RaftMessage, TimerName } from '../../src/raft/messages.js';

/** What the bound counts, each at most 14 times; `UNLIMITED` is not counted. */
export const COUNTED = [
  'drop',
  'duplicate',
  'crash',
  'election',
  'heartbeat',
  'lease',
  'checkQuorum',
  'propose',
  'read',
  'change',
  'snapshot',
  'transfer',
  'together',
] as const;
export type Counted = (typeof COUNTED)[number];
export type Allowance = Readonly<Record<Counted, number>>;

export const UNLIMITED = 15;

/** What is not named never happens. */
export function allowance(some: Partial<Allowance>): Allowance {
  return Object.fromEntries(COUNTED.map((each) => [each, some[each] ?? 0])) as unknown as Allowance;
}

/** Which allowance a timer's firing takes from. */
export const COUNTED_TIMERS: Readonly<Record<TimerName, Counted>> = {
  election: 'election',
  electionSoon: 'election',
  leaderLease: 'lease',
  heartbeat: 'heartbeat',
  checkQuorum: 'checkQuorum',
  transfer: 'transfer',
};

/** How a scenario comes to its start; the same turns of the same core, in one order. */
export type Preparation =
  | { readonly fire: TimerName; readonly node: number }
  | { readonly propose: number }
  /** The first of the scenario's changes. */
  | { readonly change: number }
  | { readonly snapshot: number }
  | { readonly crash: number }
  | { readonly restart: number }
  /** Delivers until nothing is on its way; what is for others than these nodes is lost. */
  | { readonly settle: readonly number[] }
  /** One message of this kind; the rest stays on its way. */
  | { readonly deliver: RaftMessage['kind']; readonly node: number }
  | { readonly lose: RaftMessage['kind']; readonly node: number };

export interface Scenario {
  readonly name: string;
  /** What is explored, in a few words. */
  readonly about: string;
  readonly voters: readonly number[];
  readonly learners?: readonly number[];
  readonly preparations: readonly Preparation[];
  readonly maximumTerm: number;
  readonly maximumInFlight: number;
  readonly allowed: Partial<Allowance>;
  /** What a leader may be asked for, each any time while `change` allows it. */
  readonly changes?: readonly MembershipChange[];
  /** Nodes hear of each other's end and return (`peerDown`, `peerUp`). */
  readonly peerNews?: boolean;
}

export function nodesOf({ voters, learners = [] }: Scenario): number[] {
  return [...voters, ...learners].sort((left, right) => left - right);
}
