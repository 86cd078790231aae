/** Elections beyond the paper's own sentences (`paper/elections.test.ts`): messages lost, late and doubled. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RaftMessage, VoteRequest } from '../../src/raft/messages.js';
import { answerTo, heartbeat, voteRequest } from './support/messages.js';
import {
  addNode,
  configurationOf,
  crashBefore,
  createNetwork,
  deliver,
  deliverOne,
  elect,
  fire,
  fireAndSettle,
  memberOf,
  nodeOf,
  restart,
  stateOf,
  storedState,
  turn,
  type Network,
} from './support/network.js';

const test = suite('elections');

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

test('only voters that are there are asked; by who campaigns by itself, in spite of no lease', () => {
  const network = createNetwork([]);
  const stored = storedState(configurationOf([1, 2, 3, 4], [5]));
  addNode(network, { member: memberOf(1), stored });
  turn(network, 1, { kind: 'peerDown', member: memberOf(4) });
  const asked = (): unknown[] =>
    network.queue
      .splice(0)
      .flatMap((each) => (isRequest(each) ? [[each.kind, each.to.id, each.leadershipTransfer]] : []));
  fire(network, 1, 'election');
  assert.ok(nodeOf(network, 1).timers.has('election'), 'the next campaign');
  assert.equal(
    asked(),
    [2, 3].map((id) => ['requestPreVote', id, false]),
  );
  const grant = { kind: 'preVoteResponse', to: memberOf(1), term: 1, granted: true } as const;
  for (const id of [2, 3]) deliver(network, { ...grant, from: memberOf(id) });
  assert.equal(
    asked(),
    [2, 3].map((id) => ['requestVote', id, false]),
  );
  assert.ok(nodeOf(network, 1).timers.has('election'), 'the next campaign');
});

function isRequest(message: RaftMessage): message is VoteRequest {
  return message.kind === 'requestVote' || message.kind === 'requestPreVote';
}

test('refusals of a majority end a campaign, from whatever term; answers to a pre-vote that is over do not', () => {
  for (const term of [4, 5]) {
    const network = createNetwork([]);
    addNode(network, { member: memberOf(1), stored: storedState(configurationOf([1, 2, 3]), { term: 5 }) });
    fire(network, 1, 'election');
    const refusal = { kind: 'preVoteResponse', to: memberOf(1), term, granted: false } as const;
    deliver(network, { ...refusal, from: memberOf(2) });
    assert.is(stateOf(network, 1).role, 'preCandidate');
    deliver(network, { ...refusal, from: memberOf(3) });
    assert.is(stateOf(network, 1).role, 'follower');
  }
  const network = createNetwork([1, 2, 3]);
  isolateElection(network, 1);
  const answer = { to: memberOf(1), granted: false } as const;
  for (const id of [2, 3]) deliver(network, { ...answer, kind: 'preVoteResponse', from: memberOf(id), term: 0 });
  assert.is(stateOf(network, 1).role, 'candidate');
  for (const id of [2, 3]) deliver(network, { ...answer, kind: 'voteResponse', from: memberOf(id), term: 1 });
  assert.is(stateOf(network, 1).role, 'follower');
});

test('a vote of a later term is news of that term, and no vote', () => {
  const network = createNetwork([1, 2, 3]);
  fire(network, 1, 'election');
  deliver(network, { kind: 'voteResponse', to: memberOf(1), from: memberOf(2), term: 1, granted: true });
  assert.equal([stateOf(network, 1).role, stateOf(network, 1).term], ['follower', 1]);
});

test('who knows a leader of the term votes for nobody else in it, though it has not voted', () => {
  const network = createNetwork([1, 2, 3]);
  deliver(network, heartbeat());
  fire(network, 3, 'leaderLease');
  assert.is(stateOf(network, 3).vote, null);
  network.queue = [];
  assert.equal(answerTo(network, voteRequest(2, 3, { lastLogIndex: 9, lastLogTerm: 9 })), { term: 1, granted: false });
});

test.run();
