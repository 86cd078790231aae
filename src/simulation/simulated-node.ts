/**
 * The state of one simulated node, up or down: the shipped core's, its disk and state machine, and the faults that
 * await it.
 */
import type { PlacedConfiguration } from '../raft/configuration.js';
import type { Configuration, Input, Member, TimerName } from '../raft/messages.js';
import type { Progress } from '../raft/progress.js';
import type { Leadership, SnapshotWrite } from '../raft/ready.js';
import type { RaftState } from '../raft/state.js';
import type { TurnEffect } from '../raft/turn.js';
import type { ReadDesk } from '../state-machine/read-desk.js';
import { createAlarms, type Alarm } from './alarms.js';
import { createDisk, type Disk } from './disk.js';
import type { FaultKind } from './faults.js';
import { emptySnapshot, type Machine } from './machine.js';
import { createFiles, type NodeFiles } from './node-files.js';
import type { Plan } from './plan.js';

/** What the checkers remember of a node's present life. */
export interface Watch {
  term: number;
  commitIndex: number;
  /** The term it led when its turn began. */
  ledTerm: number | null;
  /** The last term for which its election was checked. */
  knownLeaderTerm: number;
  /** As on disk, synced or not. */
  configurations: PlacedConfiguration[];
  configurationBefore: Configuration;
  /** The pair that was last found equal. */
  checked: { readonly inForce?: Configuration | undefined; readonly written?: Configuration | undefined };
  /** Of a leader in its term: by peer, what was acknowledged. */
  matches: Map<Progress, number>;
}

/** See `own-time.ts`. */
interface OwnTime {
  lookedAtMs: number;
  awakeMs: number;
}

export interface SimulatedNode {
  readonly place: number;
  member: Member;
  /** What ought to be in its files. */
  disk: Disk;
  files: NodeFiles;
  machine: Machine;
  /** Null while it is down. */
  state: RaftState | null;
  life: number;
  inbox: Input[];
  turn: Generator<TurnEffect, void, void> | null;
  paused: boolean;
  readonly alarms: Map<TimerName, Alarm>;
  readonly clockRate: number;
  readonly ownTime: OwnTime;
  leadership: Leadership | null;
  /** Where requests to its controller wait; null: it has none, or is down. */
  desk: ReadDesk | null;
  /** Counts the times its controller was told when to wake up: the last one holds. */
  wakeUps: number;
  incoming: SnapshotWrite[];
  snapshotPending: boolean;
  /** Faults in wait for the next occasion. */
  crashAt: FaultKind | null;
  /** At its next write. */
  storageFails: 'failedSync' | 'diskFull' | null;
  /** A bit of its disk has flipped since it ended. */
  rotten: boolean;
  restoreFails: boolean;
  slowFactor: number;
  /** When faults have ended: they have for this node. */
  well: boolean;
  storeStalled: boolean;
  watch: Watch;
}

export interface NewNode {
  readonly place: number;
  readonly configuration: Configuration;
  readonly clockRate: number;
  /** Empty. */
  readonly machine: Machine;
  readonly plan: Plan;
}

export function createNode({ place, configuration, clockRate, machine, plan }: NewNode): SimulatedNode {
  const file = emptySnapshot(configuration);
  const member = { id: place + 1, incarnation: 'a' };
  return {
    place,
    member,
    disk: createDisk(file),
    files: createFiles(member, plan),
    machine,
    state: null,
    life: 0,
    inbox: [],
    turn: null,
    paused: false,
    alarms: createAlarms(),
    clockRate,
    ownTime: { lookedAtMs: 0, awakeMs: 0 },
    leadership: null,
    desk: null,
    wakeUps: 0,
    incoming: [],
    snapshotPending: false,
    crashAt: null,
    storageFails: null,
    rotten: false,
    restoreFails: false,
    slowFactor: 1,
    well: false,
    storeStalled: false,
    watch: {
      term: 0,
      commitIndex: 0,
      ledTerm: null,
      knownLeaderTerm: 0,
      configurations: [],
      configurationBefore: configuration,
      checked: {},
      matches: new Map(),
    },
  };
}
