/** Messages, writes, roles and logs in the words of the traces. */
import { must, unreachable } from '../../../src/assert.js';
import { lastIndexOf, payloadAt, type EntryRun } from '../../../src/raft/entries.js';
import type { Configuration, Member, RaftMessage } from '../../../src/raft/messages.js';
import type { Progress } from '../../../src/raft/progress.js';
import type { Leadership, Persist } from '../../../src/raft/ready.js';
import type { StoredState } from '../../../src/raft/stored-state.js';
import { sameMember, unpackConfiguration } from '../../../src/raft/configuration.js';
import { payloadText } from '../support/network.js';

/** `3`, and `3b` for the second incarnation. */
export function nameOf({ id, incarnation }: Member): string {
  return incarnation === 'a' ? String(id) : `${id}${incarnation}`;
}

function place(index: number, term: number): string {
  return index === 0 ? 'the start' : `${index} (term ${term})`;
}

export function describeConfiguration({ voters, learners }: Configuration): string {
  const names = (members: readonly Member[]): string => members.map(nameOf).join(' ');
  return `voters ${names(voters)}${learners.length === 0 ? '' : `, learners ${names(learners)}`}`;
}

function describePayload(payload: Uint8Array): string {
  const text = payloadText(payload);
  if (text === '<0>') return 'no-op';
  return text === '<1>' ? `[${describeConfiguration(unpackConfiguration(payload))}]` : `"${text}"`;
}

function describePayloads(run: EntryRun): string {
  return Array.from({ length: run.count }, (_, position) => describePayload(payloadAt(run, position))).join(' ');
}

function span(first: number, last: number): string {
  return first === last ? String(first) : `${first}..${last}`;
}

/** `4..5 "x" "y"`: indexes and contents. */
export function describeEntries(run: EntryRun): string {
  return `${span(run.firstIndex, lastIndexOf(run))} ${describePayloads(run)}`;
}

/** Neighbours of one term together, however they came. */
function describeRuns(runs: readonly EntryRun[]): string {
  const terms = runs.filter((run, place) => runs[place - 1]?.term !== run.term).map(({ term }) => term);
  const parts = terms.map((term) => {
    const same = runs.filter((run) => run.term === term);
    const [first, last] = [must(same[0], 'a run').firstIndex, lastIndexOf(must(same.at(-1), 'a run'))];
    return `${span(first, last)} ${same.map(describePayloads).join(' ')} (term ${term})`;
  });
  return parts.join(', ');
}

export function describeLog(runs: readonly EntryRun[], baseIndex: number): string {
  const start = baseIndex === 0 ? [] : [`up to ${baseIndex} compacted`];
  return [...start, ...(runs.length === 0 ? [] : [describeRuns(runs)])].join(', ') || 'empty';
}

export function describeMessage(message: RaftMessage): string {
  return `${nameOf(message.from)}->${nameOf(message.to)}  ${describeContent(message)}`;
}

function describeContent(message: RaftMessage): string {
  const { term } = message;
  switch (message.kind) {
    case 'requestPreVote':
    case 'requestVote': {
      const name = message.kind === 'requestVote' ? 'vote' : 'pre-vote';
      const end =
        message.lastLogIndex === 0 ? 'is empty' : `ends at ${place(message.lastLogIndex, message.lastLogTerm)}`;
      return `${name}? for term ${term}: my log ${end}${message.leadershipTransfer ? '; the leader orders it' : ''}`;
    }
    case 'preVoteResponse':
      return message.granted ? `pre-vote granted for term ${term}` : `pre-vote refused, term ${term}`;
    case 'voteResponse':
      return `vote ${message.granted ? 'granted' : 'refused'}, term ${term}`;
    case 'appendEntries': {
      const behind = place(message.previousIndex, message.previousTerm);
      const what =
        message.runs.length === 0 ? `is ${behind} there?` : `after ${behind}: ${describeRuns(message.runs)};`;
      return `append, term ${term}: ${what} committed ${message.commitIndex}`;
    }
    case 'appendResponse':
      if (message.success) return `appended, term ${term}: up to ${message.index}`;
      return `append refused, term ${term}: no such ${message.index}, but perhaps ${hintOf(message)}`;
    case 'heartbeat':
      return `heartbeat, term ${term}: committed ${message.commitIndex}${round(message.round)}`;
    case 'heartbeatResponse':
      return `heard, term ${term}${round(message.round)}`;
    case 'timeoutNow':
      return `campaign now, term ${term}`;
    default:
      return describeRare(message);
  }
}

function hintOf({ hintIndex, hintTerm }: Extract<RaftMessage, { kind: 'appendResponse' }>): string {
  return place(hintIndex, hintTerm);
}

type RareMessage = Extract<
  RaftMessage,
  { kind: 'installSnapshot' | 'installSnapshotResponse' | 'readIndexRequest' | 'readIndexResponse' }
>;

function describeRare(message: RareMessage): string {
  const { term } = message;
  switch (message.kind) {
    case 'installSnapshot': {
      const { snapshot, offset, bytes, done } = message;
      const what = bytes.length === 0 ? 'from which byte?' : `bytes from ${offset}${done ? ', the last' : ''}`;
      return `snapshot at ${place(snapshot.index, snapshot.term)}, term ${term}: ${what}`;
    }
    case 'installSnapshotResponse': {
      const outcome = message.installed ? 'installed' : `from byte ${message.offset}`;
      return `snapshot at ${message.snapshotIndex}, term ${term}: ${outcome}`;
    }
    case 'readIndexRequest':
      return `read index? term ${term}, question ${message.id}`;
    case 'readIndexResponse':
      return `read index of question ${message.id}, term ${term}: ${message.index ?? 'refused'}`;
    default:
      return unreachable(message);
  }
}

function round(number: number): string {
  return number === 0 ? '' : `, read round ${number}`;
}

/** What is new in a write, against what is stored. */
export function describeWrite(persist: Persist, stored: StoredState): string {
  const parts: string[] = [];
  const { term, vote, snapshot, truncateFrom, entries } = persist;
  if (term !== stored.term) parts.push(`term ${term}`);
  if (vote !== null && (term !== stored.term || !sameMember(vote, stored.vote))) parts.push(`vote for ${nameOf(vote)}`);
  if (snapshot !== null) parts.push(`snapshot at ${place(snapshot.index, snapshot.term)}`);
  if (truncateFrom !== null) parts.push(`nothing from ${truncateFrom} on`);
  if (entries.length > 0) parts.push(describeRuns(entries));
  return parts.join('; ');
}

export function describeRole({ role, term, leader }: Leadership): string {
  switch (role) {
    case 'leader':
      return `leads term ${term}`;
    case 'follower':
    case 'learner':
      return leader === null
        ? `is a ${role} in term ${term}, without leader`
        : `is a ${role} of ${leader} in term ${term}`;
    case 'preCandidate':
      return `is a pre-candidate in term ${term}`;
    case 'candidate':
      return `is a candidate in term ${term}`;
    default:
      return unreachable(role);
  }
}

export function describeProgress(peer: Progress): string {
  const { member, state, matchIndex, nextIndex, inflight, probeSent } = peer;
  const waits = inflight.length > 0 || (state === 'probe' && probeSent) ? ', unanswered' : '';
  const count = inflight.length > 1 ? ` ${inflight.length}` : '';
  return `${nameOf(member)}: ${state}, holds ${matchIndex}, next ${nextIndex}${waits}${count}`;
}
