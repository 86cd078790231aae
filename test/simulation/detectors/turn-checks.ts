/** What one turn of one node may do in answer to one message, whatever came before. */
import type { Member, RaftMessage, VoteResponse } from '../../../src/raft/messages.js';
import type { Role } from '../../../src/raft/ready.js';
import type { TurnEffect } from '../../../src/raft/turn.js';
import { demand } from './finding.js';

interface Before {
  readonly role: Role;
  readonly term: number;
}

/** Neither a refused vote nor a message of an older term puts this node's own election off (paper 5.2). */
export function checkElectionTimer(
  node: Member,
  before: Before,
  message: RaftMessage,
  effects: readonly TurnEffect[],
): void {
  const asksForVote = message.kind === 'requestVote' || message.kind === 'requestPreVote';
  const isStale = message.term < before.term && message.kind !== 'preVoteResponse';
  if (before.role === 'leader' || !(asksForVote || isStale) || answerIn(effects)?.granted === true) return;
  const restarts = effects.some(
    (effect) =>
      effect.kind === 'timers' && effect.timers.some(({ action, timer }) => action === 'start' && timer === 'election'),
  );
  demand(
    !restarts,
    'election time-out',
    () => `node ${node.id} puts its election off for a ${message.kind} of term ${message.term} in term ${before.term}`,
  );
}

/** The same request again gets the same answer: the first may have been lost. */
export function checkAnswers(node: Member, first: readonly TurnEffect[], second: readonly TurnEffect[]): void {
  const answer = answerIn(first);
  demand(
    answerIn(second)?.granted === answer?.granted,
    'same answer again',
    () => `node ${node.id} answers a vote request of term ${answer?.term ?? 0} otherwise at the second time`,
  );
}

function answerIn(effects: readonly TurnEffect[]): VoteResponse | undefined {
  for (const effect of effects) {
    if (effect.kind !== 'send') continue;
    for (const message of effect.messages) if (message.kind === 'voteResponse') return message;
  }
  return undefined;
}
