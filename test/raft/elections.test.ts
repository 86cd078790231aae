/** Elections (paper 5.1, 5.2, 5.4.1). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { VoteRequest } from '../../src/raft/messages.js';
import {
  crashBefore,
  createNetwork,
  deliver,
  deliverOne,
  elect,
  fire,
  fireAndSettle,
  isolate,
  heal,
  memberOf,
  nodeOf,
  proposeAndSettle,
  restart,
  settle,
  stateOf,
  turn,
  type Network,
} from './support/network.js';

const test = suite('elections');

function voteRequest(from: number, to: number, overrides: Partial<VoteRequest> = {}): VoteRequest {
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

function rolesOf(network: Network): string[] {
  return [...network.nodes.values()].map((node) => node.state.role);
}

/** What a node answers to a vote request, once it may leave. */
function answerTo(network: Network, request: VoteRequest): { term: number; granted: boolean } {
  deliver(network, request);
  const answer = network.queue.findLast((message) => message.kind === 'voteResponse');
  if (answer?.kind !== 'voteResponse') throw new Error('no answer');
  return { term: answer.term, granted: answer.granted };
}

test('when servers start up, they begin as followers (5.2)', () => {
  const network = createNetwork([1, 2, 3]);
  assert.equal(rolesOf(network), ['follower', 'follower', 'follower']);
  for (const node of network.nodes.values()) assert.equal([...node.timers], ['election']);
});

test('a follower that hears nothing over an election time-out begins an election; a majority decides (5.2)', () => {
  const network = createNetwork([1, 2, 3]);
  fireAndSettle(network, 2, 'election');
  assert.equal(rolesOf(network), ['follower', 'leader', 'follower']);
  for (const node of network.nodes.values()) {
    assert.is(node.state.term, 1);
    assert.is(node.leadership?.leader, 2);
  }
});

test('one voter alone elects itself at once', () => {
  const network = createNetwork([1]);
  turn(network, 1, { kind: 'campaign' });
  assert.equal(nodeOf(network, 1).leadership, {
    role: 'leader',
    term: 1,
    leader: 1,
    admission: 1,
    committedInTerm: true,
  });
});

test('each server votes for at most one candidate in a term, first come first served (5.2)', () => {
  const network = createNetwork([1, 2, 3]);
  assert.equal(answerTo(network, voteRequest(1, 3)), { term: 1, granted: true });
  assert.equal(answerTo(network, voteRequest(2, 3)), { term: 1, granted: false });
});

test('a request sent again by the same candidate is granted again', () => {
  const network = createNetwork([1, 2, 3]);
  answerTo(network, voteRequest(1, 3));
  assert.equal(answerTo(network, voteRequest(1, 3)), { term: 1, granted: true });
});

test('a vote survives a crash after it was given, and a vote whose sync was cut off was never given', () => {
  const network = createNetwork([1, 2, 3]);
  crashBefore(network, 3, 'persist', { kind: 'message', message: voteRequest(1, 3) });
  assert.is(network.queue.length, 0);
  assert.equal(answerTo(network, voteRequest(2, 3)), { term: 1, granted: true });
  restart(network, 3);
  assert.equal(answerTo(network, voteRequest(1, 3)), { term: 1, granted: false });
});

test('the voter denies its vote if its own log is more up-to-date: later term first, then length (5.4.1)', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  proposeAndSettle(network, 1, 'a', 'b');
  fire(network, 3, 'leaderLease');
  const ask = (term: number, lastLogIndex: number, lastLogTerm: number): boolean =>
    answerTo(network, voteRequest(2, 3, { term, lastLogIndex, lastLogTerm })).granted;
  assert.is(ask(2, 2, 1), false);
  assert.is(ask(3, 9, 0), false);
  assert.is(ask(4, 3, 1), true);
  assert.is(ask(5, 1, 2), true);
});

test('a candidate that hears a leader of its own term returns to follower and remembers its vote (5.2)', () => {
  const network = createNetwork([1, 2, 3]);
  network.loses = ({ kind }) => kind === 'voteResponse';
  for (const id of [1, 2]) fire(network, id, 'election');
  settle(network);
  assert.equal(rolesOf(network), ['candidate', 'candidate', 'follower']);
  const header = { to: memberOf(1), from: memberOf(2), term: 1 };
  deliver(network, { kind: 'heartbeat', ...header, commitIndex: 0, round: 0 });
  assert.is(stateOf(network, 1).role, 'follower');
  assert.equal(answerTo(network, voteRequest(3, 1)), { term: 1, granted: false });
});

test('a late vote of an earlier term is not counted', () => {
  const network = createNetwork([1, 2, 3]);
  isolateElection(network, 1);
  isolateElection(network, 1);
  assert.is(stateOf(network, 1).term, 2);
  const late = { kind: 'voteResponse', to: memberOf(1), from: memberOf(2), term: 1, granted: true } as const;
  deliver(network, late);
  assert.is(stateOf(network, 1).role, 'candidate');
  deliver(network, { ...late, term: 2 });
  assert.is(stateOf(network, 1).role, 'leader');
});

/** Wins the pre-vote, then hears no votes. */
function isolateElection(network: Network, id: number): void {
  network.loses = ({ kind }) => kind === 'requestVote';
  fireAndSettle(network, id, 'election');
}

test('a vote that arrives twice counts once', () => {
  const network = createNetwork([1, 2, 3, 4, 5]);
  isolateElection(network, 1);
  const vote = { kind: 'voteResponse', to: memberOf(1), from: memberOf(2), term: 1, granted: true } as const;
  deliver(network, vote);
  deliver(network, vote);
  assert.is(stateOf(network, 1).role, 'candidate');
  deliver(network, { ...vote, from: memberOf(3) });
  assert.is(stateOf(network, 1).role, 'leader');
});

test('split votes end in another term, not in two leaders (5.2)', () => {
  const network = createNetwork([1, 2, 3, 4]);
  for (const id of [1, 2]) fire(network, id, 'election');
  settle(network);
  const leaders = (): number => rolesOf(network).filter((role) => role === 'leader').length;
  if (leaders() === 0) fireAndSettle(network, 1, 'election');
  assert.is(leaders(), 1);
});

test('a stale leader learns the newer term from any answer and steps down (5.1)', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  isolate(network, 1);
  elect(network, 2);
  heal(network);
  fireAndSettle(network, 1, 'heartbeat');
  assert.equal(rolesOf(network), ['follower', 'leader', 'follower']);
  assert.is(stateOf(network, 1).term, 2);
});

test('a node answers only what names its own incarnation', () => {
  const network = createNetwork([1, 2, 3]);
  deliver(network, voteRequest(1, 3, { to: memberOf(3, 'gone') }));
  assert.is(deliverOne(network), false);
  assert.is(stateOf(network, 3).term, 0);
});

test('a refused vote, a stale append and a pre-vote do not restart the election time-out', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  fire(network, 3, 'leaderLease');
  const restarts = (message: Parameters<typeof deliver>[1]): boolean =>
    deliver(network, message).some(
      (effect) => effect.kind === 'timers' && effect.timers.some(({ timer }) => timer === 'election'),
    );
  assert.is(restarts(voteRequest(2, 3, { term: 2, lastLogIndex: 0 })), false);
  assert.is(restarts(voteRequest(2, 3, { kind: 'requestPreVote', term: 9, lastLogIndex: 9, lastLogTerm: 9 })), false);
  const header = { to: memberOf(3), from: memberOf(1), term: 1 };
  assert.is(restarts({ kind: 'heartbeat', ...header, commitIndex: 0, round: 0 }), false);
  assert.is(restarts(voteRequest(2, 3, { term: 3, lastLogIndex: 1, lastLogTerm: 1 })), true);
});

test.run();
