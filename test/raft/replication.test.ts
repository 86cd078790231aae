/**
 * Log replication (paper 5.3; thesis 10.2.1): appends that are late, doubled, reordered or lost, and what is on its
 * way at one time.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lastLogIndex } from '../../src/raft/log.js';
import type { AppendEntries, RaftMessage } from '../../src/raft/messages.js';
import { appendsTo } from './support/messages.js';
import {
  appliedTexts,
  createNetwork,
  deliver,
  elect,
  fireAndSettle,
  heal,
  isolate,
  memberOf,
  propose,
  proposeAndSettle,
  settle,
  settleAndTell,
  stateOf,
  textPayloads,
  turn,
  type Network,
} from './support/network.js';

const test = suite('replication');

function led(limits = {}): Network {
  const network = createNetwork([1, 2, 3], limits);
  elect(network, 1);
  return network;
}

function progressOf(network: Network, id: number) {
  const peer = stateOf(network, 1).peers.find(({ member }) => member.id === id);
  if (peer === undefined) throw new Error(`no peer ${id}`);
  return peer;
}

/** An append of term 1 from node 1 to node 3, of these entries. */
function appendOf(previousIndex: number, texts: readonly string[], commitIndex = 0): RaftMessage {
  const runs = texts.length === 0 ? [] : [{ firstIndex: previousIndex + 1, term: 1, ...textPayloads(...texts) }];
  const header = { kind: 'appendEntries', to: memberOf(3), from: memberOf(1), term: 1 } as const;
  return { ...header, previousIndex, previousTerm: previousIndex === 0 ? 0 : 1, runs, commitIndex };
}

test('what is proposed on the leader is applied everywhere, in order', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a', 'b');
  proposeAndSettle(network, 1, 'c');
  for (const id of [1, 2, 3]) assert.equal(appliedTexts(network, id), ['a', 'b', 'c']);
});

test('proposals of one turn leave in one append, their bytes not copied', () => {
  const network = led();
  const admission = stateOf(network, 1).admission ?? 0;
  const proposals = ['a', 'b', 'c'].map((text) => textPayloads(text));
  turn(network, 1, ...proposals.map((payloads) => ({ kind: 'propose', admission, payloads }) as const));
  const appends = appendsTo(network, 2);
  assert.is(appends.length, 1);
  appends[0]?.runs.forEach((run, position) => assert.ok(run.data === proposals[position]?.data));
});

test('an append holds at most its bytes, and all leave without an answer in between', () => {
  const network = led({ maxAppendBytes: 10 });
  propose(network, 1, ...'abcdefgh'.split(''));
  assert.equal(
    appendsTo(network, 2).map((append) => append.runs.map((run) => [run.firstIndex, run.count])),
    [[[2, 5]], [[7, 3]]],
  );
});

test('no more appends are on their way than the limit; an acknowledgement makes room', () => {
  const network = led({ maxInflightAppends: 2 });
  for (const text of ['a', 'b', 'c']) propose(network, 1, text);
  assert.is(appendsTo(network, 2).length, 2);
  settleAndTell(network);
  assert.equal(appliedTexts(network, 2), ['a', 'b', 'c']);
});

test('no more bytes are on their way than the limit', () => {
  const network = led({ maxInflightBytes: 5, maxAppendBytes: 4 });
  for (const text of ['aaa', 'bbb', 'ccc']) propose(network, 1, text);
  assert.is(appendsTo(network, 2).length, 2);
});

test('appends out of order: the one that came too early is refused, not stored', () => {
  const network = led();
  network.queue = [];
  deliver(network, appendOf(2, ['b']));
  const [refusal] = network.queue;
  assert.is(refusal?.kind === 'appendResponse' && !refusal.success && refusal.index, 2);
  assert.is(lastLogIndex(stateOf(network, 3).log), 1);
});

test('an acknowledgement that comes late does not lower what is known to match', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a', 'b');
  const header = { kind: 'appendResponse', to: memberOf(1), from: memberOf(2), term: 1 } as const;
  deliver(network, { ...header, success: true, index: 1, hintIndex: 0, hintTerm: 0 });
  assert.is(progressOf(network, 2).matchIndex, 3);
});

test('an acknowledgement covers what its append carried, not what was appended since', () => {
  const network = led();
  propose(network, 1, 'a');
  const answers = network.queue.splice(0).filter(({ to }) => to.id === 2);
  propose(network, 1, 'b');
  network.queue = [];
  for (const message of answers) deliver(network, message);
  settle(network);
  assert.is(progressOf(network, 2).matchIndex, 2);
});

test('a refusal that was overtaken changes nothing; next stays above match', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a', 'b');
  const header = { kind: 'appendResponse', to: memberOf(1), from: memberOf(2), term: 1 } as const;
  deliver(network, { ...header, success: false, index: 2, hintIndex: 0, hintTerm: 0 });
  const peer = progressOf(network, 2);
  assert.equal([peer.state, peer.matchIndex, peer.nextIndex], ['replicate', 3, 4]);
});

test('a lost append is found out by the next one and sent again', () => {
  const network = led();
  isolate(network, 3);
  proposeAndSettle(network, 1, 'a');
  heal(network);
  proposeAndSettle(network, 1, 'b');
  assert.equal(appliedTexts(network, 3), ['a', 'b']);
});

test('a lost append without a successor is found out by heartbeats', () => {
  const network = led();
  isolate(network, 3);
  proposeAndSettle(network, 1, 'a');
  heal(network);
  for (let count = 0; count < 3; count += 1) fireAndSettle(network, 1, 'heartbeat');
  assert.equal(appliedTexts(network, 3), ['a']);
});

test('lost acknowledgements do not stop the stream', () => {
  const network = led({ maxInflightAppends: 2 });
  network.loses = ({ kind, from }) => kind === 'appendResponse' && from.id === 3;
  for (const text of ['a', 'b', 'c', 'd']) proposeAndSettle(network, 1, text);
  heal(network);
  for (let count = 0; count < 3; count += 1) fireAndSettle(network, 1, 'heartbeat');
  assert.equal(appliedTexts(network, 3), ['a', 'b', 'c', 'd']);
  assert.is(progressOf(network, 3).inflight.length, 0);
});

test('a probe waits for its answer', () => {
  const network = led();
  turn(network, 1, { kind: 'peerUp', member: memberOf(3) });
  network.queue = [];
  propose(network, 1, 'a');
  propose(network, 1, 'b');
  assert.is(appendsTo(network, 3).length, 0);
  assert.is(appendsTo(network, 2).length, 2);
});

test('what a turn said in an older term is not said once the term has grown', () => {
  const network = led();
  const header = { kind: 'requestVote', to: memberOf(3), from: memberOf(2), term: 4 } as const;
  const request: RaftMessage = { ...header, lastLogIndex: 5, lastLogTerm: 3, leadershipTransfer: false };
  turn(
    network,
    3,
    { kind: 'message', message: appendOf(1, ['a']) },
    { kind: 'timer', timer: 'leaderLease' },
    { kind: 'message', message: request },
  );
  assert.equal(
    network.queue.map(({ kind, term }) => [kind, term]),
    [['voteResponse', 4]],
  );
});

test('all that there is room for leaves before this node writes, in as many appends as it takes', () => {
  const network = led({ maxAppendBytes: 2 });
  const [first] = propose(network, 1, ...'abcdef'.split(''));
  const sent = first?.kind === 'send' ? first.messages.filter(({ to }) => to.id === 2) : [];
  assert.is(sent.length, 6);
});

test('a refusal in the pipeline goes back to what is known to match, whatever else the follower may hold', () => {
  const network = led();
  network.loses = ({ kind }) => kind === 'appendResponse';
  proposeAndSettle(network, 1, 'a', 'b');
  propose(network, 1, 'c');
  const header = { kind: 'appendResponse', to: memberOf(1), from: memberOf(3), term: 1 } as const;
  network.queue = [];
  deliver(network, { ...header, success: false, index: 4, hintIndex: 3, hintTerm: 1 });
  const peer = progressOf(network, 3);
  assert.equal([peer.state, peer.matchIndex, peer.nextIndex], ['probe', 1, 2]);
});

test('heartbeats are answered by appends only where one may be lost, and then without entries', () => {
  const network = led({ maxInflightAppends: 2 });
  const beat = (): AppendEntries[] => {
    network.queue = [];
    deliver(network, { kind: 'heartbeatResponse', to: memberOf(1), from: memberOf(3), term: 1, round: 0 });
    return appendsTo(network, 3);
  };
  for (let count = 0; count < 3; count += 1) assert.equal(beat(), [], 'nothing is on its way');
  for (const text of ['a', 'b', 'c']) propose(network, 1, text);
  assert.equal(
    beat().map(({ previousIndex, runs }) => [previousIndex, runs.length]),
    [[3, 0]],
  );
  assert.is(progressOf(network, 3).inflight.length, 2);
});

test('an append that comes twice in a turn is acknowledged once', () => {
  const network = led();
  network.queue = [];
  const message = appendOf(1, ['a']);
  turn(network, 3, { kind: 'message', message }, { kind: 'message', message });
  assert.equal(
    network.queue.map(({ kind }) => kind),
    ['appendResponse'],
  );
});

test.run();
