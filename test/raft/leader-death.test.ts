/** A leader's threads end, and its followers hear of it at once: no lease, no time-out, and retries that grow. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raftStatus } from '../../src/raft/status.js';
import {
  addNode,
  configurationOf,
  createNetwork,
  elect,
  fire,
  fireAndSettle,
  isolate,
  memberOf,
  nodeOf,
  settle,
  stateOf,
  storedState,
  turn,
  type Network,
} from './support/network.js';

const test = suite('leader death');

function leaderDies(ids: readonly number[], heardBy: readonly number[]): Network {
  const network = createNetwork(ids);
  elect(network, 1);
  isolate(network, 1);
  for (const id of heardBy) turn(network, id, { kind: 'peerDown', member: memberOf(1) });
  return network;
}

/** The attempts for which a node armed `electionSoon` while `act` ran. */
function soonAttempts(effects: ReturnType<typeof fire>): number[] {
  return effects.flatMap((effect) =>
    effect.kind === 'timers'
      ? effect.timers.flatMap((each) =>
          each.action === 'start' && each.timer === 'electionSoon' ? [each.attempt] : [],
        )
      : [],
  );
}

test('a follower whose leader died has none, and elects soon', () => {
  const network = leaderDies([1, 2, 3], [2, 3]);
  assert.is(nodeOf(network, 2).leadership?.leader, null);
  assert.ok(nodeOf(network, 2).timers.has('electionSoon'));
  assert.not.ok(nodeOf(network, 2).timers.has('leaderLease'));
  fireAndSettle(network, 2, 'electionSoon');
  assert.is(stateOf(network, 2).role, 'leader');
  assert.is(nodeOf(network, 3).leadership?.leader, 2);
  assert.not.ok(nodeOf(network, 3).timers.has('electionSoon'));
});

test('a leader that is heard meanwhile makes the election needless', () => {
  const network = leaderDies([1, 2, 3], [2]);
  const header = { kind: 'heartbeat', to: memberOf(2), from: memberOf(3), term: 2 } as const;
  turn(network, 2, { kind: 'message', message: { ...header, commitIndex: 0, round: 0 } });
  assert.not.ok(nodeOf(network, 2).timers.has('electionSoon'));
  assert.is(stateOf(network, 2).electionSoon, null);
});

test('the death of another follower ends no lease', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  turn(network, 2, { kind: 'peerDown', member: memberOf(3) });
  turn(network, 2, { kind: 'peerDown', member: memberOf(1, 'former') });
  assert.is(nodeOf(network, 2).leadership?.leader, 1);
  assert.not.ok(nodeOf(network, 2).timers.has('electionSoon'));
});

test('a voter whose own connection to the leader stands refuses; the candidate tries again in a larger range', () => {
  const network = leaderDies([1, 2, 3], [2]);
  fire(network, 2, 'electionSoon');
  settle(network);
  assert.is(stateOf(network, 2).role, 'preCandidate');
  assert.is(stateOf(network, 3).term, 1);
  assert.ok(nodeOf(network, 2).timers.has('electionSoon'));
  assert.is(stateOf(network, 2).electionSoon?.attempt, 1);
  turn(network, 3, { kind: 'peerDown', member: memberOf(1) });
  fireAndSettle(network, 2, 'electionSoon');
  assert.is(stateOf(network, 2).role, 'leader');
});

test('retries end at their limit; then only the normal time-out is left', () => {
  const network = leaderDies([1, 2, 3], [2]);
  const { maxElectionSoonAttempts } = stateOf(network, 2).limits;
  for (let attempt = 1; attempt <= maxElectionSoonAttempts; attempt += 1) {
    fireAndSettle(network, 2, 'electionSoon');
    assert.is(stateOf(network, 2).electionSoon?.attempt, attempt);
  }
  fireAndSettle(network, 2, 'electionSoon');
  assert.is(stateOf(network, 2).electionSoon, null);
  assert.not.ok(nodeOf(network, 2).timers.has('electionSoon'));
  assert.ok(nodeOf(network, 2).timers.has('election'));
});

test('after a split vote both try again soon, in another term', () => {
  const network = leaderDies([1, 2, 3, 4], [2, 3, 4]);
  network.loses = ({ from, to, kind }) => from.id === 1 || to.id === 1 || (kind === 'requestVote' && to.id === 4);
  for (const id of [2, 3]) fire(network, id, 'electionSoon');
  settle(network);
  assert.equal(
    [2, 3].map((id) => [stateOf(network, id).role, stateOf(network, id).electionSoon?.armed]),
    [
      ['candidate', true],
      ['candidate', true],
    ],
  );
  isolate(network, 1);
  fireAndSettle(network, 3, 'electionSoon');
  assert.is(stateOf(network, 3).role, 'leader');
  assert.is(stateOf(network, 3).term, 3);
});

test('two refusals of one attempt arm the timer once', () => {
  const network = leaderDies([1, 2, 3, 4, 5], [2]);
  fire(network, 2, 'electionSoon');
  const requests = network.queue.splice(0);
  const armed: number[] = [];
  for (const message of requests) {
    if (message.to.id === 1) continue;
    turn(network, message.to.id, { kind: 'message', message });
    for (const answer of network.queue.splice(0))
      armed.push(...soonAttempts(turn(network, 2, { kind: 'message', message: answer })));
  }
  assert.equal(armed, [1]);
});

test('a learner does not campaign when the leader dies; it only knows that it has none', () => {
  const network = createNetwork([]);
  const stored = storedState(configurationOf([1, 2], [3]));
  for (const id of [1, 2, 3]) addNode(network, { member: memberOf(id), stored });
  elect(network, 1);
  assert.is(nodeOf(network, 3).leadership?.leader, 1);
  turn(network, 3, { kind: 'peerDown', member: memberOf(1) });
  assert.not.ok(nodeOf(network, 3).timers.has('electionSoon'));
  fire(network, 3, 'election');
  assert.equal([nodeOf(network, 3).leadership?.role, nodeOf(network, 3).leadership?.leader], ['learner', null]);
  assert.is(network.queue.length, 0);
});

test('to a dead follower a leader sends nothing until it is up again, then at once', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  turn(network, 1, { kind: 'peerDown', member: memberOf(3) });
  const sentTo3 = (): number => network.queue.filter(({ to }) => to.id === 3).length;
  fire(network, 1, 'heartbeat');
  assert.is(sentTo3(), 0);
  turn(network, 1, { kind: 'peerUp', member: memberOf(3) });
  assert.is(sentTo3(), 1);
});

test('the death of the leader ends what hangs on it: reads asked of it, and that the cluster is usable', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  assert.is(nodeOf(network, 2).leadership?.committedInTerm, true);
  isolate(network, 1);
  turn(network, 2, { kind: 'read', id: 7 });
  turn(network, 2, { kind: 'peerDown', member: memberOf(1) });
  assert.equal(nodeOf(network, 2).reads, [{ id: 7, index: null }]);
  assert.is(nodeOf(network, 2).leadership?.committedInTerm, false);
});

test('a vote that is granted arms no retry', () => {
  const network = leaderDies([1, 2, 3, 4, 5], [2]);
  fire(network, 2, 'electionSoon');
  const grant = { kind: 'preVoteResponse', to: memberOf(2), from: memberOf(3), term: 2, granted: true } as const;
  assert.equal(soonAttempts(turn(network, 2, { kind: 'message', message: grant })), []);
  assert.is(stateOf(network, 2).electionSoon?.armed, false);
});

test('who is up again has yet to be heard before it counts as there', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  turn(network, 1, { kind: 'timer', timer: 'checkQuorum' });
  const connected = (): (boolean | undefined)[] =>
    raftStatus(stateOf(network, 1)).followers.map((each) => each.connected);
  assert.equal(connected(), [true, true]);
  turn(network, 1, { kind: 'peerDown', member: memberOf(3) }, { kind: 'peerUp', member: memberOf(3) });
  assert.equal(connected(), [true, false]);
  settle(network);
  assert.equal(connected(), [true, true]);
});

test.run();
