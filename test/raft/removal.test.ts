/** Removal of members (thesis 4.2.2, 4.2.3), and the exchange of a node that lost its log. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Input, RaftMessage } from '../../src/raft/messages.js';
import { raftStatus } from '../../src/raft/status.js';
import { addBlank, change, configurationAt, led } from './support/membership.js';
import {
  appliedTexts,
  createNetwork,
  deliver,
  elect,
  fire,
  fireAndSettle,
  heal,
  isolate,
  memberOf,
  nodeOf,
  proposeAndSettle,
  stateOf,
  turn,
  type Network,
} from './support/network.js';

const test = suite('removal');

test('no voter is removed where a majority of those that remain is not connected', () => {
  const network = led();
  isolate(network, 2);
  turn(network, 1, { kind: 'peerDown', member: memberOf(2) });
  assert.is(change(network, 1, { kind: 'remove', member: memberOf(3) }), 'noQuorum');
  assert.is(change(network, 1, { kind: 'remove', member: memberOf(2) }), null);
});

test('a silence of two time-outs is as good as a lost connection', () => {
  const network = led();
  isolate(network, 2);
  for (let count = 0; count < 2; count += 1) {
    fireAndSettle(network, 1, 'heartbeat');
    fireAndSettle(network, 1, 'checkQuorum');
  }
  fireAndSettle(network, 1, 'heartbeat');
  assert.is(change(network, 1, { kind: 'remove', member: memberOf(3) }), 'noQuorum');
});

test('a node that lost its log is exchanged: learner, then the old voter goes, then the new one votes', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a');
  addBlank(network, 3, 'b');
  turn(network, 1, { kind: 'peerDown', member: memberOf(3) });
  assert.is(change(network, 1, { kind: 'addLearner', member: memberOf(3, 'b') }), null);
  assert.is(change(network, 1, { kind: 'promote', member: memberOf(3, 'b') }), 'alreadyMember');
  assert.is(change(network, 1, { kind: 'remove', member: memberOf(3) }), null);
  assert.is(change(network, 1, { kind: 'promote', member: memberOf(3, 'b') }), null);
  assert.equal(appliedTexts(network, 3), ['a']);
  assert.equal(raftStatus(stateOf(network, 3)).configuration.voters.at(-1), memberOf(3, 'b'));
});

test('with one of the two voters that remain, a removed leader neither stays nor is elected again', () => {
  const network = led();
  isolate(network, 2, 3);
  change(network, 1, { kind: 'remove', member: memberOf(1) });
  isolate(network, 3);
  for (let count = 0; count < 2; count += 1) {
    fireAndSettle(network, 1, 'heartbeat');
    fireAndSettle(network, 1, 'checkQuorum');
  }
  assert.is(stateOf(network, 1).role, 'follower');
  fire(network, 2, 'leaderLease');
  fireAndSettle(network, 1, 'election');
  assert.is(stateOf(network, 1).role, 'preCandidate');
});

test('a removed node that does not know it does not disturb', () => {
  const network = led();
  isolate(network, 3);
  assert.is(change(network, 1, { kind: 'remove', member: memberOf(3) }), null);
  heal(network);
  for (let timeout = 0; timeout < 100; timeout += 1) fireAndSettle(network, 3, 'election');
  assert.equal(
    [1, 2].map((id) => [stateOf(network, id).role, stateOf(network, id).term]),
    [
      ['leader', 1],
      ['follower', 1],
    ],
  );
});

test('with four voters two leaders cannot each change the same configuration', () => {
  const network = createNetwork([1, 2, 3, 4]);
  elect(network, 1);
  isolate(network, 1);
  change(network, 1, { kind: 'remove', member: memberOf(4) });
  elect(network, 2);
  assert.is(change(network, 2, { kind: 'remove', member: memberOf(3) }), null);
  heal(network);
  for (let count = 0; count < 3; count += 1) fireAndSettle(network, 2, 'heartbeat');
  assert.equal(configurationAt(network, 1), configurationAt(network, 2));
  assert.equal(configurationAt(network, 1), [[1, 2, 4], []]);
});

test('a voter whose removal is uncommitted campaigns without counting itself: only its log may win (4.2.2)', () => {
  const network = led([1, 2, 3, 4]);
  isolate(network, 1);
  change(network, 1, { kind: 'remove', member: memberOf(1) });
  for (let count = 0; count < 2; count += 1) fireAndSettle(network, 1, 'checkQuorum');
  for (const id of [2, 3]) fire(network, id, 'leaderLease');
  isolate(network, 4);
  fireAndSettle(network, 2, 'election');
  assert.is(stateOf(network, 2).role, 'preCandidate', 'its log is shorter than that of node 1');
  isolate(network, 3, 4);
  fireAndSettle(network, 1, 'election');
  assert.is(stateOf(network, 1).role, 'preCandidate', 'one of the three voters that remain');
  assert.is(nodeOf(network, 1).leadership?.role, 'preCandidate');
  isolate(network, 4);
  fireAndSettle(network, 1, 'election');
  assert.is(nodeOf(network, 1).leadership?.role, 'learner', 'it led until its removal was committed');
  assert.equal(configurationAt(network, 2), [[2, 3, 4], []]);
  assert.is([2, 3].filter((id) => stateOf(network, id).role === 'leader').length, 1);
});

/** Node 1 has asked for its own removal; what is sent to whom once the others have acknowledged, and `then`. */
function leaving(network: Network, ...then: readonly Input[]): RaftMessage[] {
  turn(network, 1, { kind: 'changeMembership', id: 1, change: { kind: 'remove', member: memberOf(1) } });
  for (const message of network.queue.splice(0)) if (message.to.id !== 1) deliver(network, message);
  const inputs = network.queue.splice(0).map((message): Input => ({ kind: 'message', message }));
  turn(network, 1, ...inputs, ...then);
  assert.is(stateOf(network, 1).role, 'follower');
  return network.queue.filter(({ kind }) => kind === 'timeoutNow');
}

test('a leader that leaves orders the best of the voters that are there to follow it, if there is one', () => {
  const down = (id: number): Input => ({ kind: 'peerDown', member: memberOf(id) });
  assert.equal(
    leaving(led(), down(2)).map(({ to }) => to.id),
    [3],
  );
  assert.equal(leaving(led([1, 2]), down(2)), []);
  assert.equal(
    leaving(led()).map(({ to }) => to.id),
    [2],
    'of equals the first',
  );
  const withLearner = led();
  addBlank(withLearner, 4);
  change(withLearner, 1, { kind: 'addLearner', member: memberOf(4) });
  assert.equal(leaving(withLearner, down(2), down(3)), [], 'a learner cannot lead');
});

test('who knows that its removal is committed campaigns no more', () => {
  const network = led();
  change(network, 1, { kind: 'remove', member: memberOf(1) });
  assert.is(nodeOf(network, 1).leadership?.role, 'learner');
  network.queue = [];
  fire(network, 1, 'election');
  assert.equal(network.queue, []);
});

test.run();
