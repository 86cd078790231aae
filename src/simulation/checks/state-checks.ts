/**
 * Checks of what a node has become after an effect of its turn: election safety, leader completeness, the commit rule
 * (paper 5.4.2), committed entries on a majority's stable storage, and terms and indexes that only grow.
 */
import { must } from '../../assert.js';
import { includesMember, latestConfiguration, sameMember } from '../../raft/configuration.js';
import type { Configuration, Member } from '../../raft/messages.js';
import { lastLogIndex, termAt } from '../../raft/log.js';
import type { RaftState } from '../../raft/state.js';
import { lastSyncedIndex, lastWrittenIndex, syncedTerm, syncedVote, writtenTermAt, type Disk } from '../disk.js';
import type { SimulatedNode } from '../simulated-node.js';
import { claimTerm, commitRecord, committedAt, diskOf, findRecord, type History } from './history.js';
import { demand, holds, Violation } from './violation.js';

export function checkState(history: History, nodes: readonly SimulatedNode[], node: SimulatedNode): void {
  const { watch, member } = node;
  const state = must(node.state, 'a live node');
  if (state.term !== watch.term) checkTerm(node, state);
  // A cluster of one leads before its vote is synced; nothing of that term leaves the node until then.
  if (state.role === 'leader' && watch.knownLeaderTerm !== state.term && syncedTerm(node.disk) === state.term) {
    watch.knownLeaderTerm = state.term;
    checkElection(history, node, state);
  }
  if (state.commitIndex !== watch.commitIndex) checkCommit(history, nodes, node);
  checkIndexes(node, state);
  if (state.role === 'leader') {
    checkMatches(history, node, state);
    checkNotRemoved(member, state);
  }
}

function checkTerm({ member, watch }: SimulatedNode, { term }: RaftState): void {
  demand(term > watch.term, 'monotone', () => `node ${member.id} goes from term ${watch.term} to ${term}`);
  watch.term = term;
  watch.matches.clear();
}

/** What was compacted, covered, committed, written; and what was handed to the state machine. */
function checkIndexes({ member }: SimulatedNode, { log, snapshot, commitIndex, applying }: RaftState): void {
  const last = lastLogIndex(log);
  const inOrder =
    log.baseIndex <= snapshot.index &&
    snapshot.index <= commitIndex &&
    commitIndex <= last &&
    applying.appliedIndex <= applying.handedIndex &&
    applying.handedIndex <= commitIndex;
  if (holds(inOrder, 'order of indexes')) return;
  throw new Violation(
    'order of indexes',
    `node ${member.id}: base ${log.baseIndex}, snapshot ${snapshot.index}, committed ${commitIndex}, last ${last}; ` +
      `applied ${applying.appliedIndex}, handed over ${applying.handedIndex}`,
  );
}

/** What a leader believes of a follower is so, as long as that follower is of its term, and never shrinks. */
function checkMatches(history: History, { member, watch, disk }: SimulatedNode, { peers, term }: RaftState): void {
  for (const peer of peers) {
    const { matchIndex } = peer;
    const known = watch.matches.get(peer) ?? 0;
    if (matchIndex === known && peer.nextIndex > matchIndex) continue;
    watch.matches.set(peer, matchIndex);
    const follower = diskOf(history, peer.member);
    const isTrue = matchIndex >= known && peer.nextIndex > matchIndex && hasSynced(follower, disk, term, matchIndex);
    if (holds(isTrue, 'true acknowledgements')) continue;
    const facts = `node ${member.id} takes ${matchIndex} after ${known} for synced at ${peer.member.id}`;
    throw new Violation('true acknowledgements', facts);
  }
}

/** A leader whose removal is committed leads no more (thesis 4.2.2). */
function checkNotRemoved(leader: Member, { configurations, commitIndex }: RaftState): void {
  const { index, configuration } = latestConfiguration(configurations);
  if (holds(index > commitIndex || includesMember(configuration.voters, leader), 'removed leader')) return;
  throw new Violation('removed leader', `node ${leader.id} leads on although its removal at ${index} is committed`);
}

function hasSynced(follower: Disk, leader: Disk, term: number, index: number): boolean {
  if (syncedTerm(follower) !== term || index <= follower.baseIndex) return true;
  if (index > lastSyncedIndex(follower)) return false;
  const own = writtenTermAt(leader, index);
  return own === null || own === writtenTermAt(follower, index);
}

function checkElection(history: History, node: SimulatedNode, state: RaftState): void {
  const { member, disk } = node;
  claimTerm(history, state.term, member);
  const votes = history.votes.get(state.term) ?? [];
  const { configuration } = must(node.watch.configurations.at(-1), 'a configuration');
  const granted = configuration.voters.filter(
    (voter) =>
      (sameMember(voter, member) && sameMember(syncedVote(disk), member)) ||
      votes.some((vote) => sameMember(vote.voter, voter) && sameMember(vote.candidate, member)),
  );
  demand(
    granted.length * 2 > configuration.voters.length,
    'election quorum',
    () => `node ${member.id} leads term ${state.term} with ${granted.length} votes of ${configuration.voters.length}`,
  );
  const last = history.committed.at(-1);
  if (last === undefined || last.term > state.term) return;
  demandHolds(node, last.index, last.term);
}

/** Log matching, checked on its own, makes the last entry stand for all before it. */
function demandHolds(node: SimulatedNode, index: number, term: number): void {
  const { disk, member } = node;
  demand(
    index <= disk.baseIndex || writtenTermAt(disk, index) === term,
    'leader completeness',
    () => `node ${member.id} leads without the committed entry ${index} of term ${term}`,
  );
}

function checkCommit(history: History, nodes: readonly SimulatedNode[], node: SimulatedNode): void {
  const { watch, member } = node;
  const state = must(node.state, 'a live node');
  const { commitIndex } = state;
  demand(
    commitIndex > watch.commitIndex,
    'monotone',
    () => `the commit index of node ${member.id} goes from ${watch.commitIndex} to ${commitIndex}`,
  );
  watch.commitIndex = commitIndex;
  if (commitIndex > history.committed.length) extendCommitted(history, nodes, node);
  const term = termAt(state.log, commitIndex);
  demand(
    term === null || commitIndex === 0 || committedAt(history, commitIndex)?.term === term,
    'state machine safety',
    () => `node ${member.id} takes its entry ${commitIndex} of term ${term ?? 0} for the committed one`,
  );
}

/** Only a leader decides; by then a majority has synced the entry, which is of the leader's own term. */
function extendCommitted(history: History, nodes: readonly SimulatedNode[], node: SimulatedNode): void {
  const { disk, member, watch } = node;
  const state = must(node.state, 'a live node');
  const { commitIndex } = state;
  const term = state.role === 'leader' ? state.term : watch.ledTerm;
  demand(
    term !== null && writtenTermAt(disk, commitIndex) === term,
    'committed in the term',
    () =>
      `node ${member.id} (${state.role} of term ${state.term}) commits up to ${commitIndex}, ` +
      `an entry of term ${writtenTermAt(disk, commitIndex) ?? 0}; its end is ${lastWrittenIndex(disk)}`,
  );
  const configurations = [watch.configurationBefore];
  for (const placed of [watch.configurations.at(-1), state.configurations.at(-1)]) {
    if (placed !== undefined) configurations.push(placed.configuration);
  }
  demand(
    configurations.some((configuration) => isSyncedOnMajority(history, configuration, commitIndex, term)),
    'committed on a quorum',
    () => `node ${member.id} commits ${commitIndex} of term ${term} without a majority`,
  );
  for (let index = history.committed.length + 1; index <= commitIndex; index += 1) {
    const entryTerm = must(writtenTermAt(disk, index), `committed entry ${index}`);
    commitRecord(history, must(findRecord(history, index, entryTerm), `record of entry ${index}`));
  }
  for (const other of nodes) {
    if (other.state?.role === 'leader' && other.state.term > term && !sameMember(other.member, member)) {
      demandHolds(other, commitIndex, term);
    }
  }
}

function isSyncedOnMajority(history: History, { voters }: Configuration, index: number, term: number): boolean {
  const hasIt = (voter: Member): boolean => {
    const disk = diskOf(history, voter);
    if (index <= disk.baseIndex) return true;
    return lastSyncedIndex(disk) >= index && writtenTermAt(disk, index) === term;
  };
  return voters.filter(hasIt).length * 2 > voters.length;
}
