/**
 * What has happened in the whole cluster, beyond any node's crash: every entry ever written or sent, who led which
 * term, who voted for whom, and the sequence of committed entries. The checkers compare each event with it, and only
 * what the event changed.
 */
import { must } from '../../assert.js';
import { EntryKind, payloadAt, type EntryRun } from '../../raft/entries.js';
import type { Configuration, Member } from '../../raft/messages.js';
import { sameMember, unpackConfiguration } from '../../raft/configuration.js';
import type { Disk } from '../disk.js';
import { digestBytes } from '../digest.js';
import { createOutcomes, type Outcomes } from '../machine.js';
import { readProposal } from '../proposal.js';
import { demand, holds, Violation } from './violation.js';

export interface EntryRecord {
  readonly index: number;
  readonly term: number;
  readonly previousTerm: number;
  readonly digest: number;
  readonly configuration: Configuration | null;
  /** The client's unique number; 0 for an entry that is not a client's. */
  readonly proposal: number;
}

export interface History {
  /** By index: the entries of different terms that were ever seen there. */
  readonly records: EntryRecord[][];
  /** Entry `index` is at `index - 1`. */
  readonly committed: EntryRecord[];
  readonly outcomes: Outcomes;
  readonly leaders: Map<number, Member>;
  readonly votes: Map<number, { readonly voter: Member; readonly candidate: Member }[]>;
  /** Where each client's entry was committed. */
  readonly proposals: Map<number, number>;
  /** Every disk there ever was, also those of members that are gone. */
  readonly disks: { readonly member: Member; readonly disk: Disk }[];
  /** Entries that clients offered in a way that has to be refused. */
  readonly forbiddenProposals: Set<number>;
  /** Of the first start. */
  bootstrap: Configuration;
}

export function createHistory(): History {
  return {
    records: [],
    committed: [],
    outcomes: createOutcomes(),
    leaders: new Map(),
    votes: new Map(),
    proposals: new Map(),
    disks: [],
    forbiddenProposals: new Set(),
    bootstrap: { voters: [], learners: [] },
  };
}

/** One leader a term: the first to claim it keeps it (paper figure 3, election safety). */
export function claimTerm(history: History, term: number, member: Member): void {
  const known = history.leaders.get(term);
  if (known === undefined) history.leaders.set(term, member);
  else if (!holds(known === member || sameMember(known, member), 'election safety')) {
    throw new Violation('election safety', `term ${term} is led by ${known.id} and ${member.id}`);
  }
}

/** One vote a term, for ever (thesis 3.8). */
export function claimVote(history: History, term: number, voter: Member, candidate: Member): void {
  const votes = history.votes.get(term) ?? [];
  history.votes.set(term, votes);
  const known = votes.find((vote) => sameMember(vote.voter, voter));
  if (known === undefined) votes.push({ voter, candidate });
  else {
    demand(
      sameMember(known.candidate, candidate),
      'one vote a term',
      () => `${voter.id} votes in term ${term} for ${known.candidate.id} and ${candidate.id}`,
    );
  }
}

/** Index and term name an entry and its predecessor, everywhere and for ever; by induction this is log matching. */
export function recordEntry(
  history: History,
  owner: Member,
  previousTerm: number,
  { run, position }: { readonly run: EntryRun; readonly position: number },
): { readonly record: EntryRecord; readonly isNew: boolean } {
  const index = run.firstIndex + position;
  const payload = payloadAt(run, position);
  const digest = digestBytes(payload);
  const known = findRecord(history, index, run.term);
  if (known !== undefined) {
    demand(
      known.digest === digest && known.previousTerm === previousTerm,
      'log matching',
      () => `entry ${index} of term ${run.term} differs at node ${owner.id}`,
    );
    return { record: known, isNew: false };
  }
  claimTerm(history, run.term, owner);
  const proposal = readProposal(payload);
  demand(!history.forbiddenProposals.has(proposal), 'honest answer', () => `proposal ${proposal} was to be refused`);
  const configuration = payload[0] === EntryKind.configuration ? unpackConfiguration(payload) : null;
  const record: EntryRecord = { index, term: run.term, previousTerm, digest, configuration, proposal };
  (history.records[index] ??= []).push(record);
  return { record, isNew: true };
}

/** A crash took the term itself: a cluster of one that led it, unheard of by anyone, did not lead it. */
export function forgetTerm(history: History, term: number, member: Member): void {
  if (!sameMember(history.leaders.get(term) ?? null, member)) return;
  history.leaders.delete(term);
  history.records.forEach((records, index) => {
    history.records[index] = records.filter((record) => record.term !== term);
  });
}

export function findRecord(history: History, index: number, term: number): EntryRecord | undefined {
  return history.records[index]?.find((record) => record.term === term);
}

export function committedAt(history: History, index: number): EntryRecord | undefined {
  return history.committed[index - 1];
}

export function commitRecord(history: History, record: EntryRecord): void {
  const { committed, proposals } = history;
  committed.push(record);
  if (record.proposal === 0) return;
  const earlier = proposals.get(record.proposal);
  demand(
    earlier === undefined,
    'exactly once',
    () => `proposal ${record.proposal} is committed at ${earlier} and ${record.index}`,
  );
  proposals.set(record.proposal, record.index);
}

export function diskOf(history: History, member: Member): Disk {
  return must(
    history.disks.find((entry) => sameMember(entry.member, member)),
    `disk of ${member.id}`,
  ).disk;
}
