/** Leadership transfer (thesis 3.10). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addNode,
  appliedTexts,
  configurationOf,
  createNetwork,
  deliver,
  elect,
  fireAndSettle,
  heal,
  isolate,
  memberOf,
  nodeOf,
  proposeAndSettle,
  settle,
  stateOf,
  storedState,
  textPayloads,
  turn,
  type Network,
} from './support/network.js';

const test = suite('leadership transfer');

function led(): Network {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  return network;
}

function transfer(network: Network, from: number, to: number): string | null | undefined {
  turn(network, from, { kind: 'transferLeadership', id: 5, to });
  settle(network);
  return nodeOf(network, from).answers.find(({ id }) => id === 5)?.refused;
}

test('the target leads without waiting for a time-out, in spite of the leases', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a');
  assert.is(transfer(network, 1, 3), null);
  assert.is(stateOf(network, 3).role, 'leader');
  assert.not.ok(nodeOf(network, 1).timers.has('transfer'));
  proposeAndSettle(network, 3, 'b');
  for (const id of [1, 2, 3]) assert.equal(appliedTexts(network, id), ['a', 'b']);
});

test('to itself: done. To a stranger, a learner, or from a follower: refused', () => {
  const network = createNetwork([]);
  for (const id of [1, 2, 3])
    addNode(network, { member: memberOf(id), stored: storedState(configurationOf([1, 2], [3])) });
  elect(network, 1);
  const { admission } = stateOf(network, 1);
  const refusal = (from: number, to: number): string | null | undefined => {
    nodeOf(network, from).answers.length = 0;
    return transfer(network, from, to);
  };
  assert.is(refusal(1, 1), null);
  assert.is(refusal(1, 9), 'unknownMember');
  assert.is(refusal(1, 3), 'unknownMember');
  assert.is(refusal(2, 1), 'notLeader');
  assert.is(stateOf(network, 1).admission, admission);
});

test('no proposals are taken meanwhile; after the time-out they are again, under a new admission', () => {
  const network = led();
  const before = stateOf(network, 1).admission ?? 0;
  isolate(network, 3);
  assert.is(transfer(network, 1, 3), undefined);
  assert.is(nodeOf(network, 1).leadership?.admission, null);
  turn(network, 1, { kind: 'propose', admission: before, payloads: textPayloads('dropped') });
  fireAndSettle(network, 1, 'transfer');
  assert.is(nodeOf(network, 1).answers[0]?.refused, 'timeout');
  assert.is(nodeOf(network, 1).leadership?.admission, before + 1);
  turn(network, 1, { kind: 'propose', admission: before, payloads: textPayloads('late') });
  proposeAndSettle(network, 1, 'good');
  assert.equal(appliedTexts(network, 2), ['good']);
});

test('a target that lags is brought up to date first', () => {
  const network = led();
  isolate(network, 3);
  proposeAndSettle(network, 1, 'a', 'b');
  turn(network, 1, { kind: 'transferLeadership', id: 5, to: 3 });
  assert.is(network.queue.filter(({ kind }) => kind === 'timeoutNow').length, 0);
  heal(network);
  for (let count = 0; count < 3; count += 1) fireAndSettle(network, 1, 'heartbeat');
  assert.is(stateOf(network, 3).role, 'leader');
  assert.is(nodeOf(network, 1).answers[0]?.refused, null);
});

test('a lost order is repeated', () => {
  const network = led();
  network.loses = ({ kind }) => kind === 'timeoutNow';
  transfer(network, 1, 3);
  heal(network);
  fireAndSettle(network, 1, 'heartbeat');
  assert.is(stateOf(network, 3).role, 'leader');
});

test('while one runs there is no second, and no membership change', () => {
  const network = led();
  isolate(network, 3);
  transfer(network, 1, 3);
  turn(network, 1, { kind: 'transferLeadership', id: 6, to: 2 });
  turn(network, 1, { kind: 'changeMembership', id: 7, change: { kind: 'addLearner', member: memberOf(4) } });
  assert.equal(nodeOf(network, 1).answers, [
    { id: 6, refused: 'changeInProgress' },
    { id: 7, refused: 'changeInProgress' },
  ]);
});

test('the death of the target ends it at once', () => {
  const network = led();
  isolate(network, 3);
  transfer(network, 1, 3);
  turn(network, 1, { kind: 'peerDown', member: memberOf(3) });
  assert.is(nodeOf(network, 1).answers[0]?.refused, 'timeout');
  assert.ok(stateOf(network, 1).admission !== null);
  nodeOf(network, 1).answers.length = 0;
  assert.is(transfer(network, 1, 3), 'timeout');
});

test('a step-down on the way, then leading again: proposals are taken', () => {
  const network = led();
  isolate(network, 3);
  transfer(network, 1, 3);
  isolate(network, 1);
  for (let count = 0; count < 2; count += 1) fireAndSettle(network, 1, 'checkQuorum');
  assert.is(stateOf(network, 1).role, 'follower');
  heal(network);
  elect(network, 1);
  assert.is(nodeOf(network, 1).answers[0]?.refused, 'timeout');
  proposeAndSettle(network, 1, 'a');
  assert.equal(appliedTexts(network, 3), ['a']);
});

test('an order that comes after the transfer was given up still cannot harm: one leader a term, writes go on', () => {
  const network = led();
  network.loses = ({ kind }) => kind === 'timeoutNow';
  transfer(network, 1, 3);
  fireAndSettle(network, 1, 'transfer');
  heal(network);
  proposeAndSettle(network, 1, 'a');
  deliver(network, { kind: 'timeoutNow', to: memberOf(3), from: memberOf(1), term: 1 });
  settle(network);
  assert.equal(
    [1, 2, 3].map((id) => stateOf(network, id).role),
    ['follower', 'follower', 'leader'],
  );
  deliver(network, { kind: 'timeoutNow', to: memberOf(2), from: memberOf(1), term: 1 });
  settle(network);
  assert.is(stateOf(network, 3).role, 'leader', 'an order of an older term is void');
});

test('the time-out runs while the transfer does, and only then; the death of another member changes nothing', () => {
  const network = led();
  isolate(network, 3);
  transfer(network, 1, 3);
  assert.ok(nodeOf(network, 1).timers.has('transfer'));
  turn(network, 1, { kind: 'peerDown', member: memberOf(2) });
  assert.equal(nodeOf(network, 1).answers, []);
  assert.is(stateOf(network, 1).admission, null);
  turn(network, 1, { kind: 'peerDown', member: memberOf(3) });
  assert.not.ok(nodeOf(network, 1).timers.has('transfer'));
});

test('who leads no more takes no proposals when the time is up; the death of the target is no answer then', () => {
  const network = led();
  isolate(network, 3);
  transfer(network, 1, 3);
  isolate(network, 1);
  for (let count = 0; count < 2; count += 1) fireAndSettle(network, 1, 'checkQuorum');
  turn(network, 1, { kind: 'peerDown', member: memberOf(3) });
  assert.equal(nodeOf(network, 1).answers, [], 'another may lead yet');
  fireAndSettle(network, 1, 'transfer');
  assert.equal(nodeOf(network, 1).answers, [{ id: 5, refused: 'timeout' }]);
  assert.is(stateOf(network, 1).admission, null);
});

test.run();
