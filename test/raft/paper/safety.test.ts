/** The paper's sentences on safety and on crashes, one test each (sections 5.4, 5.5). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answerTo, answerToAppend, append, runOf, voteRequest } from '../support/messages.js';
import {
  addNode,
  appliedTexts,
  configurationOf,
  crashBefore,
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
  restart,
  settle,
  stateOf,
  storedState,
  type Network,
} from '../support/network.js';

const test = suite('Raft paper: safety and crashes');

// ------------------------------------------------------------ 5.4.1

test('5.4.1: a vote request tells about the candidate’s log', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  proposeAndSettle(network, 1, 'a', 'b');
  const asked: [number, number, number][] = [];
  network.loses = (message) => {
    if (message.kind === 'requestVote') asked.push([message.to.id, message.lastLogIndex, message.lastLogTerm]);
    return message.from.id === 1 || message.to.id === 1;
  };
  elect(network, 2);
  assert.equal(asked, [
    [1, 3, 1],
    [3, 3, 1],
  ]);
});

test('5.4.1: a voter whose own log is more up-to-date refuses: the later last term, then the longer log', () => {
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

test('5.4.1: a candidate that lacks a committed entry is not elected', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  isolate(network, 3);
  proposeAndSettle(network, 1, 'a');
  isolate(network, 1);
  for (let count = 0; count < 5; count += 1) elect(network, 3);
  assert.is.not(stateOf(network, 3).role, 'leader');
  elect(network, 2);
  proposeAndSettle(network, 2, 'b');
  assert.equal(appliedTexts(network, 2), ['a', 'b']);
  fireAndSettle(network, 2, 'heartbeat');
  assert.equal(appliedTexts(network, 3), ['a', 'b']);
});

// ------------------------------------------------------------ 5.4.2

/** Five nodes as in figure 8: node 1 leads term 4, and holds an entry 2 of term 2. Node 5 has another, of term 3. */
function figure8(): Network {
  const network = createNetwork([]);
  const configuration = configurationOf([1, 2, 3, 4, 5]);
  const [first, second] = [runOf(1, 1, 'one'), runOf(2, 2, 'two')];
  [[first, second], [first, second], [first], [first], [first, runOf(2, 3, 'three')]].forEach((entries, place) => {
    addNode(network, { member: memberOf(place + 1), stored: storedState(configuration, { term: 3, entries }) });
  });
  network.loses = (message) => message.to.id === 5 || (message.kind === 'appendEntries' && message.term === 4);
  elect(network, 1);
  network.queue = [];
  return network;
}

function acknowledge(network: Network, id: number, index: number): void {
  const header = { kind: 'appendResponse', to: memberOf(1), from: memberOf(id), term: 4 } as const;
  deliver(network, { ...header, success: true, index, hintIndex: 0, hintTerm: 0 });
}

test('5.4.2: an entry of an earlier term is not committed because a majority holds it (figure 8)', () => {
  const network = figure8();
  for (const id of [2, 3, 4]) acknowledge(network, id, 2);
  assert.equal([stateOf(network, 1).role, stateOf(network, 1).commitIndex], ['leader', 0]);
});

test('5.4.2: it is committed with an entry of the leader’s own term', () => {
  const network = figure8();
  for (const id of [2, 3]) acknowledge(network, id, 3);
  assert.is(stateOf(network, 1).commitIndex, 3);
  assert.equal(appliedTexts(network, 1), ['one', 'two']);
});

test('5.4.2: entries keep the term in which they were made, whoever sends them', () => {
  const network = figure8();
  heal(network);
  for (let count = 0; count < 3; count += 1) fireAndSettle(network, 1, 'heartbeat');
  for (const id of [1, 2, 3, 4, 5]) {
    const terms = stateOf(network, id).log.runs.flatMap((run) => Array.from({ length: run.count }, () => run.term));
    assert.equal(terms, [1, 2, 4], `node ${id}`);
  }
});

test('5.4.3: what one leader committed is in the log of each later one (leader completeness)', () => {
  const network = createNetwork([1, 2, 3, 4, 5]);
  const committed: string[] = [];
  for (let round = 0; round < 10; round += 1) {
    const away = [1 + (round % 5), 1 + ((round + 1) % 5)];
    isolate(network, ...away);
    const candidates = [1, 2, 3, 4, 5].filter((id) => !away.includes(id));
    for (const id of candidates) elect(network, id);
    const leader = candidates.find((id) => stateOf(network, id).role === 'leader') ?? 0;
    proposeAndSettle(network, leader, `${round}`);
    committed.push(`${round}`);
    assert.equal(appliedTexts(network, leader), committed, `leader ${leader} of round ${round}`);
  }
});

// ------------------------------------------------------------ 5.5

test('5.5: what a crashed follower misses is sent until it is back, and takes it', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  isolate(network, 3);
  for (const text of ['a', 'b', 'c']) proposeAndSettle(network, 1, text);
  heal(network);
  restart(network, 3);
  for (let count = 0; count < 3; count += 1) fireAndSettle(network, 1, 'heartbeat');
  assert.equal(appliedTexts(network, 3), ['a', 'b', 'c']);
});

test('5.5: a candidate whose requests are lost asks again', () => {
  const network = createNetwork([1, 2, 3]);
  network.loses = ({ kind }) => kind === 'requestVote';
  fireAndSettle(network, 1, 'election');
  assert.is(stateOf(network, 1).role, 'candidate');
  heal(network);
  fireAndSettle(network, 1, 'election');
  assert.is(stateOf(network, 1).role, 'leader');
});

test('5.5: a server that crashes after it stored entries, and before it said so, says so when asked again', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  const message = append({ previousIndex: 1, previousTerm: 1, runs: [runOf(2, 1, 'a')] });
  network.queue = [];
  crashBefore(network, 3, 'send', { kind: 'message', message });
  assert.equal(network.queue, []);
  assert.equal([answerToAppend(network, message)?.success, stateOf(network, 3).log.runs.at(-1)?.firstIndex], [true, 2]);
});

test('5.5: a request that comes twice does no harm', () => {
  const network = createNetwork([1, 2, 3]);
  assert.equal(answerTo(network, voteRequest(1, 3)), answerTo(network, voteRequest(1, 3)));
  const message = append({ runs: [runOf(1, 1, 'a', 'b')], commitIndex: 1 });
  const answers = [answerToAppend(network, message), answerToAppend(network, message)];
  assert.equal(answers[0], answers[1]);
  assert.equal([appliedTexts(network, 3), stateOf(network, 3).log.runs.length], [['a'], 1]);
});

test('5.5: term, vote and log survive a crash (figure 2)', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  proposeAndSettle(network, 1, 'a');
  fire(network, 3, 'leaderLease');
  answerTo(network, voteRequest(2, 3, { term: 5, lastLogIndex: 9, lastLogTerm: 1 }));
  restart(network, 3);
  const { term, vote, log } = stateOf(network, 3);
  assert.equal([term, vote, log.runs.length], [5, memberOf(2), nodeOf(network, 3).stored.entries.length]);
  assert.is(answerTo(network, voteRequest(1, 3, { term: 5, lastLogIndex: 9, lastLogTerm: 4 })).granted, false);
});

test('5.6: no delay, however long, does harm: everything of a former leader arrives at last', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  const late: typeof network.queue = [];
  network.loses = (message) => {
    if (message.from.id === 1) late.push(message);
    return message.from.id === 1 || message.to.id === 1;
  };
  proposeAndSettle(network, 1, 'lost');
  fireAndSettle(network, 1, 'heartbeat');
  elect(network, 2);
  proposeAndSettle(network, 2, 'kept');
  heal(network);
  for (const message of late) deliver(network, message);
  settle(network);
  for (let count = 0; count < 3; count += 1) fireAndSettle(network, 2, 'heartbeat');
  for (const id of [1, 2, 3]) assert.equal(appliedTexts(network, id), ['kept']);
});

test.run();
