/** Elections beyond the paper's own sentences (`paper/elections.test.ts`): messages lost, late and doubled. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answerTo, voteRequest } from './support/messages.js';
import {
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

test.run();
