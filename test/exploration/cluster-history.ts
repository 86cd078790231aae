/**
 * What has happened in the whole cluster beyond any node's crash, as far as a later event could contradict it: who led
 * each term, what was committed and in whose term, and from where on an open read must see. It is part of an explored
 * state, so that equal states have equal futures, checks included. Here too: the properties of the whole cluster.
 */
import { includesMember } from '../../src/raft/configuration.js';
import { payloadAt } from '../../src/raft/entries.js';
import type { Configuration, Member } from '../../src/raft/messages.js';
import { demand } from '../../src/simulation/checks/violation.js';
import { lastSyncedIndex, writtenTermAt } from '../../src/simulation/disk.js';
import type { LocalNode } from './local-node.js';
import type { Names } from './names.js';
import type { LogView, Note } from './one-turn.js';

interface Entry {
  readonly term: number;
  readonly payload: Uint8Array;
}

interface CommittedEntry extends Entry {
  /** Of the leader that committed it. */
  readonly committedIn: number;
}

export interface ClusterHistory {
  /** Entry `index` is at `index - 1`. */
  readonly committed: readonly CommittedEntry[];
  /** By term; null: none that is known. */
  readonly leaders: readonly (Member | null)[];
  /** The one open read: who was asked, and how much was committed then. */
  readonly read: { readonly asked: Member; readonly floor: number } | null;
}

export const EMPTY_HISTORY: ClusterHistory = { committed: [], leaders: [], read: null };

export function historyText({ committed, leaders, read }: ClusterHistory, names: Names): string {
  const entries = committed.map(({ term, payload, committedIn }) => `${term}${names.payload(payload)}<${committedIn}`);
  const ledBy = leaders.map((leader) => (leader === null ? '-' : names.member(leader)));
  const open = read === null ? '-' : `${names.member(read.asked)} ${read.floor}`;
  return `history ${entries.join(' ')};${ledBy.join(' ')};${open}`;
}

/** The history after a turn of `nodes[slot]`, which is as the turn left it; throws where a property is violated. */
export function extendHistory(
  history: ClusterHistory,
  notes: readonly Note[],
  nodes: readonly LocalNode[],
  slot: number,
): ClusterHistory {
  let now = history;
  for (const note of notes) {
    switch (note.kind) {
      case 'leads':
        now = noteLeader(now, nodes, slot, note.term);
        break;
      case 'commits':
        now = noteCommit(now, note, nodes, slot);
        break;
      case 'answersRead':
        now = noteAnswer(now, note.index);
        break;
    }
  }
  return now;
}

function noteLeader(history: ClusterHistory, nodes: readonly LocalNode[], slot: number, term: number): ClusterHistory {
  const node = nodes[slot];
  if (node === undefined) return history;
  const known = history.leaders[term] ?? null;
  demand(
    known === null || known.id === node.member.id,
    'election safety',
    () => `term ${term} is led by ${known?.id ?? 0} and ${node.member.id}`,
  );
  demandComplete(history, node, term);
  if (known !== null) return history;
  const length = Math.max(history.leaders.length, term);
  const leaders = Array.from({ length }, (_, before) => history.leaders[before] ?? null);
  leaders[term] = node.member;
  return { ...history, leaders };
}

/** Leader completeness (paper 5.4): it holds all that was committed in earlier terms. */
function demandComplete(history: ClusterHistory, { state, member }: LocalNode, term: number): void {
  if (state === null) return;
  const view = { ...state.log, lastIndex: Number.POSITIVE_INFINITY };
  history.committed.forEach((entry, position) => {
    const index = position + 1;
    if (entry.committedIn >= term || index <= view.baseIndex) return;
    demand(
      entryIn(view, index)?.term === entry.term,
      'leader completeness',
      () => `node ${member.id} leads term ${term} without entry ${index}, committed in term ${entry.committedIn}`,
    );
  });
}

function entryIn({ runs }: Pick<LogView, 'runs'>, index: number): Entry | null {
  const run = runs.find((each) => index >= each.firstIndex && index < each.firstIndex + each.count);
  return run === undefined ? null : { term: run.term, payload: payloadAt(run, index - run.firstIndex) };
}

type Commit = Extract<Note, { kind: 'commits' }>;

function noteCommit(
  history: ClusterHistory,
  commit: Commit,
  nodes: readonly LocalNode[],
  slot: number,
): ClusterHistory {
  const { log, leaderTerm } = commit;
  const id = nodes[slot]?.member.id ?? 0;
  history.committed.forEach((entry, position) => {
    const index = position + 1;
    if (index > log.lastIndex || index <= log.baseIndex) return;
    const own = entryIn(log, index);
    demand(
      own?.term === entry.term && isSame(own.payload, entry.payload),
      'state machine safety',
      () => `node ${id} takes its entry ${index} of term ${own?.term ?? 0} for the committed one of term ${entry.term}`,
    );
  });
  if (log.lastIndex <= history.committed.length) return history;
  demand(leaderTerm !== null, 'committed on a quorum', () => `node ${id} commits ${log.lastIndex} before its leader`);
  demandOnMajority(commit, nodes, slot);
  const committed = [...history.committed];
  for (let index = committed.length + 1; index <= log.lastIndex; index += 1) {
    const entry = entryIn(log, index);
    demand(entry !== null, 'state machine safety', () => `node ${id} has compacted ${index} before it was committed`);
    committed.push({ ...entry, committedIn: leaderTerm });
  }
  const longer = { ...history, committed };
  nodes.forEach((other, position) => {
    const leads = position !== slot && other.state?.role === 'leader' && other.state.term > leaderTerm;
    if (leads) demandComplete(longer, other, other.state.term);
  });
  return longer;
}

function demandOnMajority(commit: Commit, nodes: readonly LocalNode[], slot: number): void {
  const { log, configurations, isSynced } = commit;
  const term = entryIn(log, log.lastIndex)?.term;
  const holds = (node: LocalNode, position: number): boolean => {
    if (position === slot) return isSynced;
    const { disk } = node;
    if (log.lastIndex <= disk.baseIndex) return true;
    return lastSyncedIndex(disk) >= log.lastIndex && writtenTermAt(disk, log.lastIndex) === term;
  };
  const holders = nodes.filter(holds).map((node) => node.member);
  const isMajority = ({ voters }: Configuration): boolean =>
    voters.filter((voter) => includesMember(holders, voter)).length * 2 > voters.length;
  demand(
    configurations.some(isMajority),
    'committed on a quorum',
    () =>
      `node ${nodes[slot]?.member.id ?? 0} commits ${log.lastIndex}, ` +
      `synced only by ${holders.map(({ id }) => id).join(' ') || 'nobody'}`,
  );
}

function noteAnswer(history: ClusterHistory, index: number | null): ClusterHistory {
  const floor = history.read?.floor ?? 0;
  demand(
    index === null || index >= floor,
    'linearizable read',
    () => `a read is answered at ${index ?? 0}, and ${floor} was committed when it was asked`,
  );
  return { ...history, read: null };
}

/** Log matching (paper 5.3): logs that agree on an entry's index and term agree on all before it. */
export function checkLogsMatch(left: LocalNode, right: LocalNode): void {
  if (left.state === null || right.state === null) return;
  const one = left.state.log;
  const two = right.state.log;
  let agrees = false;
  for (let index = Math.min(lastIn(one), lastIn(two)); index > Math.max(one.baseIndex, two.baseIndex); index -= 1) {
    const ours = entryIn(one, index);
    const theirs = entryIn(two, index);
    agrees ||= ours?.term === theirs?.term;
    demand(
      !agrees || isSameEntry(ours, theirs),
      'log matching',
      () => `nodes ${left.member.id} and ${right.member.id} agree on a later entry and differ at ${index}`,
    );
  }
}

function isSameEntry(left: Entry | null, right: Entry | null): boolean {
  return left !== null && right !== null && left.term === right.term && isSame(left.payload, right.payload);
}

function lastIn({ baseIndex, runs }: Pick<LogView, 'baseIndex' | 'runs'>): number {
  const run = runs.at(-1);
  return run === undefined ? baseIndex : run.firstIndex + run.count - 1;
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, position) => byte === right[position]);
}
