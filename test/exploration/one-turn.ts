/**
 * One turn of the shipped core (`performTurn`) on a copy of a node, once to its end and once to each of its arrows at
 * which a crash makes a difference: what was written and not yet synced is lost, what was sent is on its way.
 */
import { unreachable } from '../../src/assert.js';
import type { Configuration, Input, RaftMessage, TimerName } from '../../src/raft/messages.js';
import { termAt } from '../../src/raft/log.js';
import { currentConfiguration } from '../../src/raft/peers.js';
import { createRaft, type RaftState } from '../../src/raft/state.js';
import { performTurn, type TurnEffect } from '../../src/raft/turn.js';
import { defaultRaftLimits, type RaftLimits } from '../../src/raft/limits.js';
import { Violation } from '../../src/simulation/checks/violation.js';
import {
  compactDisk,
  lastSyncedIndex,
  recover,
  settle,
  sync,
  syncedTerm,
  write,
  writtenTermAt,
  type Disk,
} from '../../src/simulation/disk.js';
import { copyDisk, copyOfState, crashed, type LocalNode, type ShellTask } from './local-node.js';
import {
  checkApplied,
  checkAtRest,
  checkGrowth,
  checkPersist,
  checkSent,
  noteBefore,
  type Before,
  type Checks,
} from './turn-checks.js';

/** What a turn did that concerns the whole cluster. */
export type Note =
  /** It leads this term, which is synced. */
  | { readonly kind: 'leads'; readonly term: number }
  | {
      readonly kind: 'commits';
      /** The log up to the commit index, from behind its base on. */
      readonly log: LogView;
      /** Null: a follower, which may only learn of what is committed. */
      readonly leaderTerm: number | null;
      /** Whether its own disk has synced all of it. */
      readonly isSynced: boolean;
      readonly configurations: readonly Configuration[];
    }
  | { readonly kind: 'answersRead'; readonly index: number | null };

export interface LogView {
  readonly baseIndex: number;
  readonly baseTerm: number;
  readonly runs: RaftState['log']['runs'];
  readonly lastIndex: number;
}

export interface Outcome {
  readonly node: LocalNode;
  /** The turn ended in a crash. */
  readonly isCrash: boolean;
  readonly messages: readonly RaftMessage[];
  readonly notes: readonly Note[];
  readonly violation: Violation | null;
}

interface Turn {
  readonly checks: Checks;
  readonly node: LocalNode;
  readonly state: RaftState;
  readonly disk: Disk;
  readonly before: Before;
  readonly configurationBefore: Configuration;
  readonly timers: Set<TimerName>;
  readonly tasks: ShellTask[];
  readonly messages: RaftMessage[];
  readonly notes: Note[];
  commitIndex: number;
  leadsNoted: boolean;
}

const EXPLORED_LIMITS: RaftLimits = { ...defaultRaftLimits, trailingEntries: 0, maxRetainedBytes: 0 };

export interface TurnOptions {
  readonly checks: Checks;
  /** As the shell has left it since the turn before. */
  readonly disk?: Disk;
  /** What the shell has done since. */
  readonly finished?: ShellTask | null;
}

/** The one that runs to its end first; it alone when it violates a check. */
export function performInputs(
  node: LocalNode,
  inputs: readonly Input[],
  { checks, disk = node.disk, finished = null }: TurnOptions,
): Outcome[] {
  const fired = inputs.flatMap((input) => (input.kind === 'timer' ? [input.timer] : []));
  const state = copyOfState(node);
  return run(
    beginTurn(node, state, {
      checks,
      disk,
      timers: node.timers.filter((timer) => !fired.includes(timer)),
      tasks: node.tasks.filter((task) => task !== finished),
    }),
    inputs,
  );
}

export function restart(node: LocalNode, checks: Checks): Outcome[] {
  const disk = copyDisk(node.disk);
  const state = createRaft({ self: node.member, stored: recover(disk), limits: EXPLORED_LIMITS });
  const pull: Input = { kind: 'pull', bytes: Number.MAX_SAFE_INTEGER, appliedIndex: 0 };
  return run(beginTurn(node, state, { checks, disk, timers: [], tasks: [] }), [pull]);
}

interface Shell {
  readonly checks: Checks;
  readonly disk: Disk;
  readonly timers: readonly TimerName[];
  readonly tasks: readonly ShellTask[];
}

function beginTurn(node: LocalNode, state: RaftState, shell: Shell): Turn {
  return {
    checks: shell.checks,
    node,
    state,
    disk: copyDisk(shell.disk),
    before: noteBefore(state),
    configurationBefore: currentConfiguration(state),
    timers: new Set(shell.timers),
    tasks: [...shell.tasks],
    messages: [],
    notes: [],
    commitIndex: state.commitIndex,
    leadsNoted: state.role === 'leader',
  };
}

function run(turn: Turn, inputs: readonly Input[]): Outcome[] {
  const outcomes: Outcome[] = [];
  try {
    let isChanged = false;
    for (const effect of performTurn(turn.state, inputs)) {
      observe(turn);
      const changes = effect.kind === 'send' || effect.kind === 'persist';
      if (changes && isChanged) outcomes.push(crashOf(turn));
      isChanged ||= changes;
      perform(turn, effect);
    }
    observe(turn);
    if (turn.checks === 'all') checkAtRest(turn.state, turn.disk);
    return [completed(turn), ...outcomes];
  } catch (error) {
    return [failed(turn, error)];
  }
}

function crashOf({ node, disk, messages, notes }: Turn): Outcome {
  return {
    node: crashed(node, copyDisk(disk)),
    isCrash: true,
    messages: [...messages],
    notes: [...notes],
    violation: null,
  };
}

function completed({ node, state, disk, timers, tasks, messages, notes }: Turn): Outcome {
  compactDisk(disk, state.log.baseIndex + 1);
  const after: LocalNode = { member: node.member, state, disk, timers: [...timers].sort(), tasks };
  return { node: after, isCrash: false, messages, notes, violation: null };
}

function failed({ node, disk, messages, notes }: Turn, error: unknown): Outcome {
  const violation = error instanceof Violation ? error : new Violation('assertion', String(error));
  settle(disk, true);
  return { node: crashed(node, disk), isCrash: false, messages, notes, violation };
}

function perform(turn: Turn, effect: TurnEffect): void {
  const { state, disk, checks } = turn;
  switch (effect.kind) {
    case 'send':
      if (checks === 'all') for (const message of effect.messages) checkSent(state, disk, message);
      turn.messages.push(...effect.messages);
      return;
    case 'persist':
      if (checks === 'all') checkPersist(disk, effect.persist);
      write(disk, effect.persist);
      sync(disk);
      return;
    case 'apply':
      if (checks === 'all') checkApplied(disk, effect.runs);
      return;
    case 'reads':
      for (const { index } of effect.reads) turn.notes.push({ kind: 'answersRead', index });
      return;
    case 'timers':
      for (const { action, timer } of effect.timers) {
        if (action === 'start') turn.timers.add(timer);
        else turn.timers.delete(timer);
      }
      return;
    case 'snapshotReads':
      for (const read of effect.snapshotReads) turn.tasks.push({ kind: 'readSnapshot', read });
      return;
    case 'snapshotWrites':
      for (const { done, snapshot } of effect.snapshotWrites) {
        if (done) turn.tasks.push({ kind: 'restoreSnapshot', snapshot });
      }
      return;
    case 'answers':
    case 'leadership':
    case 'configuration':
      return;
    default:
      return unreachable(effect);
  }
}

/** Before each effect, and at the end: whoever acts on the state sees it then. */
function observe(turn: Turn): void {
  const { state, disk, before, notes } = turn;
  if (turn.checks === 'all') checkGrowth(before, state);
  if (state.role === 'leader' && !turn.leadsNoted && syncedTerm(disk) === state.term) {
    turn.leadsNoted = true;
    notes.push({ kind: 'leads', term: state.term });
  }
  if (state.commitIndex <= turn.commitIndex) return;
  turn.commitIndex = state.commitIndex;
  const { commitIndex, log } = state;
  const leads = state.role === 'leader' || (before.led && before.term === state.term);
  notes.push({
    kind: 'commits',
    log: { baseIndex: log.baseIndex, baseTerm: log.baseTerm, runs: [...log.runs], lastIndex: commitIndex },
    leaderTerm: leads ? state.term : null,
    isSynced: lastSyncedIndex(disk) >= commitIndex && writtenTermAt(disk, commitIndex) === termAt(log, commitIndex),
    configurations: [turn.configurationBefore, currentConfiguration(state)],
  });
}
