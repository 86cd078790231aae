/**
 * Messages, logs and disks as text that leaves nothing out: what a counterexample prints is also what tells one
 * message or disk from another, under any naming of the nodes.
 */
import { unreachable } from '../../src/assert.js';
import { payloadAt, type EntryRun } from '../../src/raft/entries.js';
import type { RaftMessage, SnapshotDescription } from '../../src/raft/messages.js';
import { syncedTerm, syncedVote, type Disk } from '../../src/simulation/disk.js';
import type { Names } from './names.js';

export function describeMessage(message: RaftMessage, names: Names): string {
  const { kind, from, to, term } = message;
  return `${kind} ${names.member(from)}>${names.member(to)} term ${term}${describeContent(message, names)}`;
}

function describeContent(message: RaftMessage, names: Names): string {
  switch (message.kind) {
    case 'requestVote':
    case 'requestPreVote': {
      const { lastLogIndex, lastLogTerm, leadershipTransfer } = message;
      return ` last ${lastLogIndex}.${lastLogTerm}${leadershipTransfer ? ' on order' : ''}`;
    }
    case 'voteResponse':
    case 'preVoteResponse':
      return message.granted ? ' granted' : ' refused';
    case 'appendEntries': {
      const { previousIndex, previousTerm, runs, commitIndex } = message;
      return ` after ${previousIndex}.${previousTerm} [${describeRuns(runs, names)}] commit ${commitIndex}`;
    }
    case 'appendResponse': {
      const { success, index, hintIndex, hintTerm } = message;
      return success ? ` matches ${index}` : ` refuses ${index} hint ${hintIndex}.${hintTerm}`;
    }
    case 'heartbeat':
      return ` commit ${message.commitIndex} round ${message.round}`;
    case 'heartbeatResponse':
      return ` round ${message.round}`;
    case 'installSnapshot': {
      const { snapshot, offset, bytes, done } = message;
      return ` ${describeSnapshot(snapshot, names)} from ${offset} (${bytes.join(' ')})${done ? ' done' : ''}`;
    }
    case 'installSnapshotResponse':
      return ` ${message.snapshotIndex} ${message.installed ? 'installed' : `wants ${message.offset}`}`;
    case 'readIndexRequest':
      return ` id ${message.id}`;
    case 'readIndexResponse':
      return ` id ${message.id} index ${message.index ?? 'refused'}`;
    case 'timeoutNow':
      return '';
    default:
      return unreachable(message);
  }
}

export function describeSnapshot({ index, term, configuration }: SnapshotDescription, names: Names): string {
  return `snapshot ${index}.${term} ${names.configuration(configuration)}`;
}

/** `2.1:a`: the entry at index 2 of term 1 with the payload a. */
export function describeRuns(runs: readonly EntryRun[], names: Names): string {
  const entries = runs.flatMap((run) =>
    Array.from({ length: run.count }, (_, position) =>
      describeEntry(run.firstIndex + position, run.term, names.payload(payloadAt(run, position))),
    ),
  );
  return entries.join(' ');
}

function describeEntry(index: number, term: number, payload: string): string {
  return payload === '' ? `${index}.${term}` : `${index}.${term}:${payload}`;
}

export function describeDisk(disk: Disk, names: Names): string {
  const { baseIndex, baseTerm, snapshot, entries } = disk;
  const vote = syncedVote(disk);
  const log = entries.map(({ term, payload }, position) =>
    describeEntry(baseIndex + 1 + position, term, names.payload(payload)),
  );
  const parts = [`term ${syncedTerm(disk)}`, `vote ${vote === null ? 'none' : names.member(vote)}`];
  if (snapshot.description.index > 0) parts.push(describeSnapshot(snapshot.description, names));
  else parts.push(names.configuration(snapshot.description.configuration));
  parts.push(baseIndex === 0 ? `[${log.join(' ')}]` : `[after ${baseIndex}.${baseTerm}: ${log.join(' ')}]`);
  return parts.join(' ');
}

/** For printing: a member of these clusters has one incarnation. */
export function plainly(text: string): string {
  return text.replace(/(\d)a\b/g, '$1');
}
