/**
 * PreVote, the leader's lease and CheckQuorum (thesis 9.6, 4.2.3, 6.2): nobody deposes a leader that works, nobody
 * keeps one that does not.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addNode,
  createNetwork,
  configurationOf,
  deliver,
  elect,
  fire,
  fireAndSettle,
  heal,
  isolate,
  memberOf,
  nodeOf,
  propose,
  proposeAndSettle,
  settle,
  stateOf,
  storedState,
  textPayloads,
  turn,
  type Network,
} from './support/network.js';

const test = suite('disruption');

function led(ids: readonly number[]): Network {
  const network = createNetwork(ids);
  elect(network, 1);
  return network;
}

test('a node that is cut off for a thousand time-outs comes back without disturbing term or leader', () => {
  const ways: ((from: number, to: number) => boolean)[] = [
    (from, to) => from === 3 || to === 3,
    (from) => from === 3,
    (_from, to) => to === 3,
  ];
  for (const cuts of ways) {
    const network = led([1, 2, 3]);
    network.loses = ({ from, to }) => cuts(from.id, to.id);
    for (let timeout = 0; timeout < 1000; timeout += 1) fireAndSettle(network, 3, 'election');
    heal(network);
    fireAndSettle(network, 1, 'heartbeat');
    assert.equal(
      [1, 2, 3].map((id) => stateOf(network, id).term),
      [1, 1, 1],
    );
    assert.is(nodeOf(network, 3).leadership?.leader, 1);
    assert.is(stateOf(network, 1).role, 'leader');
  }
});

test('a pre-vote changes neither the term nor the vote of who answers', () => {
  const network = createNetwork([1, 2, 3]);
  fire(network, 1, 'election');
  const [request] = network.queue;
  if (request === undefined) throw new Error('no request');
  assert.is(request.kind, 'requestPreVote');
  deliver(network, request);
  assert.equal([stateOf(network, 2).term, stateOf(network, 2).vote], [0, null]);
});

test('a pre-vote granted for another term than the one asked for is not counted', () => {
  const network = createNetwork([]);
  addNode(network, { member: memberOf(1), stored: storedState(configurationOf([1, 2, 3]), { term: 5 }) });
  fire(network, 1, 'election');
  const grant = { kind: 'preVoteResponse', to: memberOf(1), from: memberOf(2), granted: true } as const;
  for (const term of [4, 5, 7]) deliver(network, { ...grant, term });
  assert.equal([stateOf(network, 1).role, stateOf(network, 1).term], ['preCandidate', 5]);
  deliver(network, { ...grant, term: 6 });
  assert.equal([stateOf(network, 1).role, stateOf(network, 1).term], ['candidate', 6]);
});

test('on a leader its own lease never ends while it leads; a transfer overrides it', () => {
  const network = led([1, 2, 3]);
  const header = { to: memberOf(1), from: memberOf(2), term: 2, lastLogIndex: 9, lastLogTerm: 1 };
  deliver(network, { kind: 'requestVote', ...header, leadershipTransfer: false });
  assert.is(stateOf(network, 1).role, 'leader');
  assert.equal(network.queue, [], 'not even an answer');
  deliver(network, { kind: 'requestVote', ...header, leadershipTransfer: true });
  assert.is(stateOf(network, 1).role, 'follower');
});

test('a leader that hears no quorum steps down, within two firings', () => {
  const network = led([1, 2, 3]);
  isolate(network, 1);
  fireAndSettle(network, 1, 'heartbeat');
  fireAndSettle(network, 1, 'checkQuorum');
  fireAndSettle(network, 1, 'checkQuorum');
  assert.is(stateOf(network, 1).role, 'follower');
  assert.is(nodeOf(network, 1).leadership?.admission, null);
  assert.ok(nodeOf(network, 1).timers.has('election'));
  assert.not.ok(nodeOf(network, 1).timers.has('heartbeat'));
});

test('a leader that hears a quorum stays, and one voter alone is its own quorum', () => {
  const network = led([1, 2, 3]);
  isolate(network, 3);
  for (let count = 0; count < 5; count += 1) {
    fireAndSettle(network, 1, 'heartbeat');
    fireAndSettle(network, 1, 'checkQuorum');
  }
  assert.is(stateOf(network, 1).role, 'leader');
  const alone = led([1]);
  for (let count = 0; count < 3; count += 1) fireAndSettle(alone, 1, 'checkQuorum');
  assert.is(stateOf(alone, 1).role, 'leader');
});

test('after a leader stepped down by CheckQuorum the others elect, and it helps', () => {
  const network = led([1, 2, 3]);
  isolate(network, 1);
  for (let count = 0; count < 2; count += 1) fireAndSettle(network, 1, 'checkQuorum');
  heal(network);
  fire(network, 3, 'leaderLease');
  fire(network, 2, 'leaderLease');
  isolate(network, 3);
  fireAndSettle(network, 2, 'election');
  assert.is(stateOf(network, 2).role, 'leader');
  assert.is(nodeOf(network, 1).leadership?.leader, 2);
});

test('a long log in a low term against a short log in a high term: a leader comes within two time-outs', () => {
  const network = createNetwork([]);
  const configuration = configurationOf([1, 2, 3]);
  const entry = { firstIndex: 1, term: 1, ...textPayloads('a') };
  const longer = [entry, { firstIndex: 2, term: 2, ...textPayloads('b') }];
  addNode(network, { member: memberOf(1), stored: storedState(configuration, { term: 2, entries: longer }) });
  addNode(network, { member: memberOf(2), stored: storedState(configuration, { term: 9, entries: [entry] }) });
  fireAndSettle(network, 1, 'election');
  fireAndSettle(network, 2, 'election');
  fireAndSettle(network, 1, 'election');
  assert.is(stateOf(network, 1).role, 'leader');
  assert.ok(stateOf(network, 1).term > 9);
});

test('a leader whose voters moved on to a higher term hears of it and lets them elect', () => {
  const network = led([1, 2, 3]);
  const header = { to: memberOf(3), from: memberOf(2), term: 5, lastLogIndex: 9, lastLogTerm: 1 };
  fire(network, 3, 'leaderLease');
  deliver(network, { kind: 'requestVote', ...header, leadershipTransfer: false });
  network.queue = [];
  fireAndSettle(network, 1, 'heartbeat');
  assert.equal([stateOf(network, 1).role, stateOf(network, 1).term], ['follower', 5]);
});

test('what an old leader took in for a closed admission is dropped, not appended in a later term', () => {
  const network = led([1, 2, 3]);
  const admission = stateOf(network, 1).admission ?? 0;
  isolate(network, 1);
  elect(network, 2);
  heal(network);
  fireAndSettle(network, 2, 'heartbeat');
  turn(network, 1, { kind: 'propose', admission, payloads: textPayloads('late') });
  for (const id of [2, 3]) fire(network, id, 'leaderLease');
  isolate(network, 2);
  elect(network, 1);
  turn(network, 1, { kind: 'propose', admission, payloads: textPayloads('later') });
  settle(network);
  proposeAndSettle(network, 1, 'good');
  assert.is([...nodeOf(network, 1).applied.values()].join(' '), '<0> <0> <0> good');
});

test('a step-down in the middle of a turn ends what the rest of the turn proposes', () => {
  const network = led([1, 2, 3]);
  const admission = stateOf(network, 1).admission ?? 0;
  const header = { to: memberOf(1), from: memberOf(2), term: 2 } as const;
  turn(
    network,
    1,
    { kind: 'propose', admission, payloads: textPayloads('before') },
    { kind: 'message', message: { kind: 'heartbeatResponse', ...header, round: 0 } },
    { kind: 'propose', admission, payloads: textPayloads('after') },
  );
  assert.is(stateOf(network, 1).log.runs.length, 2);
  assert.is(network.queue.filter(({ kind }) => kind === 'appendEntries').length, 0);
  propose(network, 1, 'no admission');
  assert.is(stateOf(network, 1).log.runs.length, 2);
});

test('a leader beats and watches its quorum again and again, and waits for no other; a follower does neither', () => {
  const network = led([1, 2, 3]);
  const { timers } = nodeOf(network, 1);
  assert.equal([...timers].sort(), ['checkQuorum', 'heartbeat']);
  fireAndSettle(network, 1, 'heartbeat');
  fireAndSettle(network, 1, 'checkQuorum');
  assert.equal([...timers].sort(), ['checkQuorum', 'heartbeat']);
  deliver(network, { kind: 'heartbeatResponse', to: memberOf(1), from: memberOf(2), term: 2, round: 0 });
  assert.equal([...timers], ['election']);
});

test('an order to campaign is for followers that may vote, and nobody else', () => {
  const network = createNetwork([]);
  const stored = storedState(configurationOf([1, 2, 3], [4]));
  for (const id of [1, 2, 3, 4]) addNode(network, { member: memberOf(id), stored });
  const order = (to: number): [string, number] => {
    const { term } = stateOf(network, to);
    deliver(network, { kind: 'timeoutNow', to: memberOf(to), from: memberOf(2), term });
    return [stateOf(network, to).role, stateOf(network, to).term];
  };
  elect(network, 1);
  assert.equal(order(1), ['leader', 1]);
  assert.equal(order(4), ['follower', 1]);
  fire(network, 3, 'leaderLease');
  fire(network, 3, 'election');
  assert.equal(order(3), ['preCandidate', 1]);
  assert.equal(order(2), ['candidate', 2]);
});

test('what others may know of a role: a follower that may vote is no learner', () => {
  const network = led([1, 2, 3]);
  assert.equal(
    [1, 2].map((id) => nodeOf(network, id).leadership?.role),
    ['leader', 'follower'],
  );
});

test.run();
