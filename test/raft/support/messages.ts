/** Messages as tests send them by hand, in term 1 and to node 3 unless they say otherwise; and what a node answers. */
import { must } from '../../../src/assert.js';
import type { EntryRun } from '../../../src/raft/entries.js';
import type { AppendEntries, AppendResponse, Heartbeat, VoteRequest } from '../../../src/raft/messages.js';
import { deliver, memberOf, textPayloads, type Network } from './network.js';

export function voteRequest(from: number, to: number, overrides: Partial<VoteRequest> = {}): VoteRequest {
  return {
    kind: 'requestVote',
    to: memberOf(to),
    from: memberOf(from),
    term: 1,
    lastLogIndex: 0,
    lastLogTerm: 0,
    leadershipTransfer: false,
    ...overrides,
  };
}

/** Consecutive entries of one term. */
export function runOf(firstIndex: number, term: number, ...texts: readonly string[]): EntryRun {
  return { firstIndex, term, ...textPayloads(...texts) };
}

export function append(overrides: Partial<AppendEntries> = {}): AppendEntries {
  const header = { kind: 'appendEntries', to: memberOf(3), from: memberOf(1), term: 1 } as const;
  return { ...header, previousIndex: 0, previousTerm: 0, runs: [], commitIndex: 0, ...overrides };
}

export function heartbeat(overrides: Partial<Heartbeat> = {}): Heartbeat {
  return { kind: 'heartbeat', to: memberOf(3), from: memberOf(1), term: 1, commitIndex: 0, round: 0, ...overrides };
}

/** What a node answers to a vote request, once it may leave. */
export function answerTo(network: Network, request: VoteRequest): { term: number; granted: boolean } {
  deliver(network, request);
  const answer = network.queue.findLast((message) => message.kind === 'voteResponse');
  const { term, granted } = must(answer?.kind === 'voteResponse' ? answer : undefined, 'an answer');
  return { term, granted };
}

/** What a node answers to an append; undefined where it says nothing. */
export function answerToAppend(network: Network, message: AppendEntries): AppendResponse | undefined {
  network.queue = [];
  deliver(network, message);
  return network.queue.find((each): each is AppendResponse => each.kind === 'appendResponse');
}

export function appendsTo(network: Network, id: number): AppendEntries[] {
  return network.queue.filter(
    (message): message is AppendEntries => message.kind === 'appendEntries' && message.to.id === id,
  );
}
