/**
 * What may happen next in an explored cluster, each packed into one number: its kind, the node it happens to, and an
 * argument, which is a message, or a place in some list.
 */
import type { TimerName } from '../../src/raft/messages.js';
import { COUNTED, COUNTED_TIMERS } from './scenario.js';

export const ACTIONS = [
  'deliver',
  'duplicate',
  'drop',
  'together',
  'timer',
  'propose',
  'read',
  'change',
  'snapshot',
  'transfer',
  'task',
  'peerDown',
  'peerUp',
  'crash',
  'restart',
] as const;
export type ActionKind = (typeof ACTIONS)[number];

export const TIMERS: readonly TimerName[] = [
  'election',
  'electionSoon',
  'leaderLease',
  'heartbeat',
  'checkQuorum',
  'transfer',
];

const SLOT_BITS = 3;
const KIND_BITS = 4;
const ARGUMENT_SHIFT = SLOT_BITS + KIND_BITS;

export interface Action {
  readonly kind: ActionKind;
  /** The node's place, from 0. */
  readonly slot: number;
  readonly argument: number;
}

const codes = Object.fromEntries(ACTIONS.map((kind, code) => [kind, code])) as Record<ActionKind, number>;

export function packAction(kind: ActionKind, slot: number, argument = 0): number {
  return (argument << ARGUMENT_SHIFT) | (slot << KIND_BITS) | codes[kind];
}

export function unpackAction(action: number): Action {
  return {
    kind: ACTIONS[action & (2 ** KIND_BITS - 1)] ?? 'drop',
    slot: (action >> KIND_BITS) & (2 ** SLOT_BITS - 1),
    argument: action >> ARGUMENT_SHIFT,
  };
}

const countedAt = (name: (typeof COUNTED)[number]): number => COUNTED.indexOf(name);
const UNCOUNTED = -1;

/** Which of `COUNTED` an action takes one of; -1: it may always happen. */
export function countedBy({ kind, argument }: Action): number {
  switch (kind) {
    case 'timer':
      return countedAt(COUNTED_TIMERS[TIMERS[argument] ?? 'election']);
    case 'deliver':
    case 'task':
    case 'peerDown':
    case 'peerUp':
    case 'restart':
      return UNCOUNTED;
    default:
      return countedAt(kind);
  }
}
