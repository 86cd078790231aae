/**
 * Checks of what a node sends: nothing speaks of what is not synced (thesis 3.8), and no message says what is not so.
 */
import { sameMember } from '../../raft/configuration.js';
import type { AppendEntries, AppendResponse, RaftMessage } from '../../raft/messages.js';
import { lastSyncedIndex, lastWrittenIndex, syncedTerm, syncedVote, writtenTermAt } from '../disk.js';
import type { SimulatedNode } from '../simulated-node.js';
import { checkSentRuns } from './log-checks.js';
import { claimTerm, claimVote, findRecord, type History } from './history.js';
import { demand, holds, Violation } from './violation.js';

export function checkMessage(
  history: History,
  nodes: readonly SimulatedNode[],
  sender: SimulatedNode,
  message: RaftMessage,
): void {
  const { disk, member } = sender;
  if (message.kind === 'requestPreVote' || message.kind === 'preVoteResponse') return;
  if (!holds(message.term <= syncedTerm(disk), 'persist before send')) {
    const facts = `node ${member.id} sends ${message.kind} of term ${message.term}, synced is ${syncedTerm(disk)}`;
    throw new Violation('persist before send', facts);
  }
  switch (message.kind) {
    case 'requestVote':
      checkCandidacy(sender, message.term);
      return;
    case 'voteResponse':
      if (message.granted) checkGrant(history, sender, message.term, message);
      return;
    case 'appendEntries':
      checkAppend(history, sender, message);
      return;
    case 'appendResponse':
      if (message.success) checkAcknowledgement(nodes, sender, message);
      return;
    case 'heartbeat':
      claimTerm(history, message.term, member);
      demandCommitted(history, message.commitIndex, member.id);
      return;
    case 'installSnapshot':
      claimTerm(history, message.term, member);
      demandCommitted(history, message.snapshot.index, member.id);
      return;
    default:
      return;
  }
}

function checkCandidacy({ disk, member }: SimulatedNode, term: number): void {
  demand(
    syncedTerm(disk) > term || sameMember(syncedVote(disk), member),
    'persist before send',
    () => `node ${member.id} asks for votes in term ${term} before its own is synced`,
  );
}

function checkGrant(history: History, sender: SimulatedNode, term: number, { to }: RaftMessage): void {
  const { disk, member } = sender;
  demand(
    syncedTerm(disk) === term && sameMember(syncedVote(disk), to),
    'persist before send',
    () => `node ${member.id} grants ${to.id} its vote in term ${term}, which is not synced`,
  );
  claimVote(history, term, member, to);
}

function checkAppend(history: History, sender: SimulatedNode, message: AppendEntries): void {
  const { member, disk } = sender;
  claimTerm(history, message.term, member);
  demandCommitted(history, message.commitIndex, member.id);
  const { previousIndex, previousTerm } = message;
  const isUnwritten = previousIndex > lastWrittenIndex(disk);
  demand(
    previousIndex === 0 || isUnwritten || findRecord(history, previousIndex, previousTerm) !== undefined,
    'log matching',
    () => `node ${member.id} sends entries behind ${previousIndex} of term ${previousTerm}, which nobody has`,
  );
  checkSentRuns(history, member, previousTerm, message.runs);
}

function checkAcknowledgement(nodes: readonly SimulatedNode[], sender: SimulatedNode, message: AppendResponse): void {
  const { disk, member } = sender;
  const { index, term } = message;
  demand(
    index <= lastSyncedIndex(disk),
    'persist before send',
    () => `node ${member.id} acknowledges ${index}, synced is ${lastSyncedIndex(disk)}`,
  );
  const leader = nodes.find((node) => sameMember(node.member, message.to));
  if (leader?.state?.role !== 'leader' || leader.state.term !== term || syncedTerm(disk) !== term) return;
  const leaderTerm = writtenTermAt(leader.disk, index);
  const ownTerm = writtenTermAt(disk, index);
  demand(
    leaderTerm === null || ownTerm === null || leaderTerm === ownTerm,
    'log matching',
    () => `node ${member.id} acknowledges ${index} to ${message.to.id}, which has another entry there`,
  );
}

function demandCommitted(history: History, index: number, sender: number): void {
  if (holds(index <= history.committed.length, 'committed in the term')) return;
  const facts = `node ${sender} speaks of ${index} as committed, the cluster is at ${history.committed.length}`;
  throw new Violation('committed in the term', facts);
}
