/** Configuration changes, one member at a time (thesis 4.1, 4.2). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { configurationAt as inForceAt, configurationsIn, packConfiguration } from '../../src/raft/configuration.js';
import { EntryKind, packPayloads, payloadAt } from '../../src/raft/entries.js';
import { addBlank, change, configurationAt, led } from './support/membership.js';
import {
  appliedTexts,
  configurationOf,
  createNetwork,
  elect,
  fire,
  fireAndSettle,
  heal,
  isolate,
  memberOf,
  nodeOf,
  proposeAndSettle,
  settle,
  stateOf,
  turn,
} from './support/network.js';

const test = suite('membership');

test('a blank node never campaigns; as a learner it catches up, promoted it votes and leads', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a');
  addBlank(network, 4);
  fireAndSettle(network, 4, 'election');
  assert.is(stateOf(network, 4).term, 0);
  assert.is(nodeOf(network, 4).leadership?.role, 'learner');
  assert.is(change(network, 1, { kind: 'addLearner', member: memberOf(4) }), null);
  assert.equal(appliedTexts(network, 4), ['a']);
  assert.equal(configurationAt(network, 4), [[1, 2, 3], [4]]);
  fireAndSettle(network, 4, 'election');
  assert.is(stateOf(network, 4).term, 1);
  fireAndSettle(network, 1, 'heartbeat');
  assert.is(change(network, 1, { kind: 'promote', member: memberOf(4) }), null);
  assert.equal(configurationAt(network, 4), [[1, 2, 3, 4], []]);
  isolate(network, 1);
  elect(network, 4);
  assert.is(stateOf(network, 4).role, 'leader');
});

test('no change before the leader has committed in its term (the bug of 2015)', () => {
  const network = createNetwork([1, 2, 3, 4]);
  network.loses = ({ kind }) => kind === 'appendResponse';
  elect(network, 1);
  assert.is(change(network, 1, { kind: 'remove', member: memberOf(4) }), 'changeInProgress');
  heal(network);
  fireAndSettle(network, 1, 'heartbeat');
  fireAndSettle(network, 1, 'heartbeat');
  assert.is(change(network, 1, { kind: 'remove', member: memberOf(4) }), null);
});

test('one change at a time', () => {
  const network = led();
  isolate(network, 1);
  assert.is(change(network, 1, { kind: 'addLearner', member: memberOf(4) }), undefined);
  assert.is(change(network, 1, { kind: 'addLearner', member: memberOf(5) }), 'changeInProgress');
});

test('refusals name their reason', () => {
  const network = led();
  const stranger = memberOf(3, 'former');
  assert.is(change(network, 2, { kind: 'addLearner', member: memberOf(4) }), 'notLeader');
  assert.is(change(network, 1, { kind: 'addLearner', member: memberOf(3) }), 'alreadyMember');
  assert.is(change(network, 1, { kind: 'promote', member: memberOf(3) }), 'alreadyMember');
  assert.is(change(network, 1, { kind: 'promote', member: memberOf(9) }), 'unknownMember');
  assert.is(change(network, 1, { kind: 'remove', member: stranger }), 'unknownMember');
  assert.is(change(led([1]), 1, { kind: 'remove', member: memberOf(1) }), 'lastVoter');
});

test('a learner is promoted only when it is close behind and answers', () => {
  const network = led([1, 2, 3], { promotionLagEntries: 3 });
  addBlank(network, 4);
  change(network, 1, { kind: 'addLearner', member: memberOf(4) });
  isolate(network, 4);
  proposeAndSettle(network, 1, 'a', 'b', 'c', 'd');
  assert.is(change(network, 1, { kind: 'promote', member: memberOf(4) }), 'notCaughtUp');
  heal(network);
  fireAndSettle(network, 1, 'heartbeat');
  fireAndSettle(network, 1, 'heartbeat');
  turn(network, 1, { kind: 'peerDown', member: memberOf(4) });
  assert.is(change(network, 1, { kind: 'promote', member: memberOf(4) }), 'notCaughtUp');
  turn(network, 1, { kind: 'peerUp', member: memberOf(4) });
  settle(network);
  assert.is(change(network, 1, { kind: 'promote', member: memberOf(4) }), null);
});

test('a voter that has not heard of its promotion votes for who has', () => {
  const network = led();
  addBlank(network, 4);
  change(network, 1, { kind: 'addLearner', member: memberOf(4) });
  isolate(network, 4);
  assert.is(change(network, 1, { kind: 'promote', member: memberOf(4) }), null);
  isolate(network, 1, 3);
  fire(network, 4, 'leaderLease');
  elect(network, 2);
  assert.is(stateOf(network, 2).role, 'preCandidate');
  isolate(network, 1);
  fireAndSettle(network, 2, 'election');
  assert.is(stateOf(network, 2).role, 'leader');
});

test('a configuration in force before its commit is rolled back when its entry is truncated', () => {
  const network = led();
  isolate(network, 1);
  change(network, 1, { kind: 'addLearner', member: memberOf(4) });
  assert.equal(nodeOf(network, 1).configuration?.learners, [memberOf(4)]);
  elect(network, 2);
  heal(network);
  for (let count = 0; count < 3; count += 1) fireAndSettle(network, 2, 'heartbeat');
  assert.equal(configurationAt(network, 1), [[1, 2, 3], []]);
  assert.equal(nodeOf(network, 1).configuration?.learners, []);
  assert.is(stateOf(network, 1).peers.length, 2);
  assert.is(nodeOf(network, 1).answers.at(-1)?.refused, 'notLeader');
});

test('a learner that lags by just as much as it may is promoted', () => {
  const network = led([1, 2, 3], { promotionLagEntries: 3 });
  addBlank(network, 4);
  change(network, 1, { kind: 'addLearner', member: memberOf(4) });
  isolate(network, 4);
  proposeAndSettle(network, 1, 'a', 'b', 'c');
  assert.is(change(network, 1, { kind: 'promote', member: memberOf(4) }), null);
});

test('configurations are found at their places, also beside empty entries, and are in force from there on', () => {
  const configuration = configurationOf([1, 2]);
  const payloads = [new Uint8Array(0), payloadAt(packConfiguration(configuration), 0), Uint8Array.of(EntryKind.noOp)];
  const run = { firstIndex: 5, term: 1, ...packPayloads(payloads) };
  assert.equal(configurationsIn(run), [{ index: 6, configuration }]);
  const history = [{ index: 2, configuration: configurationOf([1]) }, ...configurationsIn(run)];
  assert.equal(
    [5, 6, 7].map((index) => inForceAt(history, index).voters.length),
    [1, 2, 2],
  );
});

test.run();
