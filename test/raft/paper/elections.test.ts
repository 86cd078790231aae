/** The paper's sentences on terms and elections, one test each (sections 5.1, 5.2). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRandom } from '../../../src/random.js';
import type { RaftMessage } from '../../../src/raft/messages.js';
import { timerDelayMs } from '../../../src/raft/timers.js';
import { answerTo, append, heartbeat, runOf, voteRequest } from '../support/messages.js';
import {
  createNetwork,
  deliver,
  elect,
  fire,
  fireAndSettle,
  heal,
  isolate,
  memberOf,
  nodeOf,
  restart,
  settle,
  stateOf,
  type Network,
} from '../support/network.js';

const test = suite('Raft paper: terms and elections');

function rolesOf(network: Network): string[] {
  return [...network.nodes.values()].map((node) => node.state.role);
}

/** Wins the pre-vote and stands as a candidate, since no vote request arrives. */
function stand(network: Network, id: number): void {
  network.loses = ({ kind }) => kind === 'requestVote';
  fireAndSettle(network, id, 'election');
  heal(network);
}

const grant = { kind: 'voteResponse', to: memberOf(1), term: 1, granted: true } as const;

// ------------------------------------------------------------ 5.1

test('5.1: whoever hears of a newer term, in whatever message, takes it over', () => {
  const header = { to: memberOf(3), from: memberOf(2), term: 7 };
  const hints = { success: false, index: 1, hintIndex: 0, hintTerm: 0 };
  const messages: RaftMessage[] = [
    voteRequest(2, 3, { term: 7 }),
    append(header),
    heartbeat(header),
    { kind: 'voteResponse', ...header, granted: false },
    { kind: 'appendResponse', ...header, ...hints },
    { kind: 'heartbeatResponse', ...header, round: 0 },
  ];
  for (const message of messages) {
    const network = createNetwork([1, 2, 3]);
    elect(network, 1);
    fire(network, 3, 'leaderLease');
    deliver(network, message);
    assert.is(stateOf(network, 3).term, 7, message.kind);
    assert.is(nodeOf(network, 3).stored.term, 7, `${message.kind}, on its disk`);
  }
});

test('5.1: a candidate or leader whose term is out of date becomes a follower at once', () => {
  for (const role of ['candidate', 'leader'] as const) {
    const network = createNetwork([1, 2, 3]);
    if (role === 'leader') elect(network, 1);
    else stand(network, 1);
    assert.is(stateOf(network, 1).role, role);
    deliver(network, { kind: 'heartbeatResponse', to: memberOf(1), from: memberOf(2), term: 9, round: 0 });
    assert.equal([stateOf(network, 1).role, stateOf(network, 1).term], ['follower', 9]);
  }
});

test('5.1: a leader that was cut off learns the newer term from any answer and steps down', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  isolate(network, 1);
  elect(network, 2);
  heal(network);
  fireAndSettle(network, 1, 'heartbeat');
  assert.equal(rolesOf(network), ['follower', 'leader', 'follower']);
  assert.is(stateOf(network, 1).term, 2);
});

test('5.1: a request of an older term is refused, and changes nothing', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  isolate(network, 1);
  elect(network, 2);
  heal(network);
  network.queue = [];
  const { term, vote, leader } = stateOf(network, 3);
  deliver(network, append({ runs: [runOf(1, 1, 'stale')], previousIndex: 0 }));
  deliver(network, heartbeat({ commitIndex: 2 }));
  deliver(network, voteRequest(1, 3, { lastLogIndex: 9, lastLogTerm: 9 }));
  assert.equal([stateOf(network, 3).term, stateOf(network, 3).vote, stateOf(network, 3).leader], [term, vote, leader]);
  assert.equal(
    network.queue.map((message) => [message.kind, message.term, 'granted' in message && message.granted]),
    [
      ['heartbeatResponse', 2, false],
      ['heartbeatResponse', 2, false],
      ['voteResponse', 2, false],
    ],
  );
});

test('5.1: terms only grow, restarts included', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  isolate(network, 1);
  elect(network, 2);
  heal(network);
  restart(network, 3);
  assert.is(stateOf(network, 3).term, 2);
  deliver(network, heartbeat({ term: 1 }));
  assert.is(stateOf(network, 3).term, 2);
});

// ------------------------------------------------------------ 5.2

test('5.2: servers begin as followers', () => {
  const network = createNetwork([1, 2, 3]);
  assert.equal(rolesOf(network), ['follower', 'follower', 'follower']);
  for (const node of network.nodes.values()) assert.equal([...node.timers], ['election']);
});

test('5.2: a leader sends heartbeats to all, at each interval', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  for (let count = 0; count < 2; count += 1) {
    assert.ok(nodeOf(network, 1).timers.has('heartbeat'));
    fire(network, 1, 'heartbeat');
    assert.equal(
      network.queue.splice(0).map(({ kind, to }) => [kind, to.id]),
      [
        ['heartbeat', 2],
        ['heartbeat', 3],
      ],
    );
  }
});

test('5.2: a follower that hears of no leader over an election time-out begins an election', () => {
  const network = createNetwork([1, 2, 3]);
  fireAndSettle(network, 2, 'election');
  assert.equal(rolesOf(network), ['follower', 'leader', 'follower']);
  for (const node of network.nodes.values()) {
    assert.is(node.state.term, 1);
    assert.is(node.leadership?.leader, 2);
  }
});

test('5.2: to begin an election it takes the next term, votes for itself and asks all others', () => {
  const network = createNetwork([1, 2, 3]);
  stand(network, 1);
  fire(network, 1, 'election');
  for (const message of network.queue.splice(0)) if (message.to.id === 2) deliver(network, message);
  for (const message of network.queue.splice(0)) deliver(network, message);
  assert.equal([stateOf(network, 1).term, nodeOf(network, 1).stored.vote], [2, memberOf(1)]);
  assert.equal(
    network.queue.filter(({ kind }) => kind === 'requestVote').map(({ to, term }) => [to.id, term]),
    [
      [2, 2],
      [3, 2],
    ],
  );
});

test('5.2: a candidate wins with the votes of a majority, and not with fewer, however often they come', () => {
  for (const size of [1, 2, 3, 4, 5, 6, 7]) {
    const network = createNetwork(Array.from({ length: size }, (_, place) => place + 1));
    stand(network, 1);
    const majority = Math.floor(size / 2) + 1;
    for (let votes = 1; votes <= size; votes += 1) {
      for (const _copy of votes > 1 ? [1, 2] : []) deliver(network, { ...grant, from: memberOf(votes) });
      assert.is(stateOf(network, 1).role === 'leader', votes >= majority, `${votes} votes of ${size}`);
    }
  }
});

test('5.2: a candidate that most refuse does not win', () => {
  const network = createNetwork([1, 2, 3, 4, 5]);
  stand(network, 1);
  for (const [id, granted] of [
    [2, true],
    [3, false],
    [4, false],
    [5, false],
  ] as const)
    deliver(network, { ...grant, from: memberOf(id), granted });
  assert.is(stateOf(network, 1).role, 'follower');
});

test('5.2: a server votes for one candidate in a term, first come first served', () => {
  const network = createNetwork([1, 2, 3]);
  assert.equal(answerTo(network, voteRequest(1, 3)), { term: 1, granted: true });
  assert.equal(answerTo(network, voteRequest(2, 3)), { term: 1, granted: false });
  assert.equal(answerTo(network, voteRequest(2, 3, { term: 2 })), { term: 2, granted: true });
});

test('5.2: a candidate that has won tells all others at once', () => {
  const network = createNetwork([1, 2, 3]);
  stand(network, 1);
  deliver(network, { ...grant, from: memberOf(2) });
  assert.equal(
    network.queue.filter(({ kind }) => kind === 'appendEntries').map(({ to }) => to.id),
    [2, 3],
  );
  settle(network);
  assert.equal([nodeOf(network, 2).leadership?.leader, nodeOf(network, 3).leadership?.leader], [1, 1]);
});

test('5.2: a candidate that hears a leader of its own term returns to follower, and remembers its vote', () => {
  const network = createNetwork([1, 2, 3]);
  network.loses = ({ kind }) => kind === 'voteResponse';
  for (const id of [1, 2]) fire(network, id, 'election');
  settle(network);
  assert.equal(rolesOf(network), ['candidate', 'candidate', 'follower']);
  deliver(network, heartbeat({ to: memberOf(1), from: memberOf(2) }));
  assert.is(stateOf(network, 1).role, 'follower');
  assert.equal(answerTo(network, voteRequest(3, 1)), { term: 1, granted: false });
});

test('5.2: a candidate that hears a leader of an older term refuses it and stays a candidate', () => {
  const network = createNetwork([1, 2, 3]);
  for (let count = 0; count < 2; count += 1) stand(network, 1);
  network.queue = [];
  deliver(network, append({ to: memberOf(1), from: memberOf(2), runs: [runOf(1, 1, 'stale')] }));
  assert.equal([stateOf(network, 1).role, stateOf(network, 1).term], ['candidate', 2]);
  assert.equal(
    network.queue.map(({ term }) => term),
    [2],
  );
});

test('5.2: when votes are split nobody wins, and a candidate whose time is up stands in the next term', () => {
  const network = createNetwork([1, 2, 3, 4]);
  for (const id of [1, 2]) stand(network, id);
  for (const [id, voter] of [
    [1, 3],
    [2, 4],
  ] as const)
    deliver(network, voteRequest(id, voter, { term: stateOf(network, id).term }));
  settle(network);
  assert.is(rolesOf(network).includes('leader'), false);
  fireAndSettle(network, 1, 'election');
  assert.equal(rolesOf(network), ['leader', 'follower', 'follower', 'follower']);
  assert.is(stateOf(network, 1).term, 2);
});

const electionStart = { action: 'start', timer: 'election', attempt: 0 } as const;
const durations = { electionTimeoutMs: 100, heartbeatIntervalMs: 10 };

test('5.2: election time-outs are drawn anew each time, all over a fixed interval', () => {
  const random = createRandom(1);
  const delays = Array.from({ length: 10_000 }, () => timerDelayMs(electionStart, durations, random));
  const tenths = new Set(delays.map((delay) => Math.floor(delay / 10)));
  assert.equal(
    [...tenths].sort((one, other) => one - other),
    [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
  );
  assert.ok(new Set(delays).size > 9_000);
});

test('5.2: so that mostly one server is first, by more than a message takes', () => {
  const random = createRandom(2);
  const messageMs = durations.electionTimeoutMs / 20;
  let contested = 0;
  for (let round = 0; round < 1000; round += 1) {
    const delays = [1, 2, 3, 4, 5].map(() => timerDelayMs(electionStart, durations, random));
    const [first = 0, second = 0] = delays.sort((one, other) => one - other);
    if (second - first <= messageMs) contested += 1;
  }
  assert.ok(contested < 300, `${contested} of 1000`);
});

test('5.2: a candidate restarts its time-out when it stands', () => {
  const network = createNetwork([1, 2, 3]);
  const effects = fire(network, 1, 'election');
  const started = effects.flatMap((effect) => (effect.kind === 'timers' ? effect.timers : []));
  assert.ok(started.some(({ action, timer }) => action === 'start' && timer === 'election'));
});

test.run();
