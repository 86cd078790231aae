/** Messages, timers and completions that come too late, twice, or from nobody: each changes nothing that counts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AppendEntries, Input, RaftMessage, TimerName } from '../../src/raft/messages.js';
import { createLog, truncateLog } from '../../src/raft/log.js';
import { canonicalState, copyState } from '../../src/raft/state-copy.js';
import { step } from '../../src/raft/step.js';
import type { TurnEffect } from '../../src/raft/turn.js';
import {
  createNetwork,
  elect,
  fire,
  isolate,
  memberOf,
  nodeOf,
  propose,
  proposeAndSettle,
  stateOf,
  textPayloads,
  turn,
  type Network,
} from './support/network.js';

const test = suite('late messages');

function led(): Network {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  proposeAndSettle(network, 1, 'a', 'b');
  return network;
}

/** No effect, and the same state. */
function assertNothing(network: Network, id: number, ...inputs: readonly Input[]): void {
  const before = canonicalState(copyState(stateOf(network, id)));
  assert.equal(turn(network, id, ...inputs), []);
  assert.is(canonicalState(stateOf(network, id)), before);
}

function sentBy(effects: readonly TurnEffect[]): RaftMessage[] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? effect.messages : []));
}

test('a leader does not campaign, and a time-out of an election that is over is nothing', () => {
  const network = led();
  assertNothing(network, 1, { kind: 'campaign' });
  assertNothing(network, 1, { kind: 'timer', timer: 'election' });
  assertNothing(network, 2, { kind: 'timer', timer: 'electionSoon' });
  for (const timer of ['heartbeat', 'checkQuorum', 'transfer'] as const) {
    assertNothing(network, 2, { kind: 'timer', timer });
  }
});

test('votes from who is no member count nothing', () => {
  const network = createNetwork([1, 2, 3]);
  isolate(network, 1);
  turn(network, 1, { kind: 'campaign' });
  const header = { to: memberOf(1), from: memberOf(9), granted: true } as const;
  assertNothing(network, 1, { kind: 'message', message: { ...header, kind: 'preVoteResponse', term: 1 } });
  assert.is(stateOf(network, 1).role, 'preCandidate');
});

test('a candidate of an older term is told the present one, and gets no vote', () => {
  const network = led();
  elect(network, 2);
  const { term } = stateOf(network, 2);
  const request: RaftMessage = {
    kind: 'requestVote',
    to: memberOf(3),
    from: memberOf(1),
    term: term - 1,
    lastLogIndex: 99,
    lastLogTerm: 99,
    leadershipTransfer: true,
  };
  const [answer] = sentBy(turn(network, 3, { kind: 'message', message: request }));
  assert.equal(answer, { kind: 'voteResponse', to: memberOf(1), from: memberOf(3), term, granted: false });
});

test('what speaks of an older term is answered, so that its sender learns of the new one', () => {
  const network = led();
  elect(network, 2);
  const { term } = stateOf(network, 3);
  const header = { to: memberOf(3), from: memberOf(1), term: term - 1 } as const;
  const snapshot = { index: 1, term: 1, configuration: { voters: [], learners: [] } };
  const stale: RaftMessage[] = [
    { ...header, kind: 'appendEntries', previousIndex: 0, previousTerm: 0, runs: [], commitIndex: 0 },
    { ...header, kind: 'heartbeat', commitIndex: 0, round: 7 },
    { ...header, kind: 'installSnapshot', snapshot, offset: 0, bytes: new Uint8Array(1), done: true },
  ];
  for (const message of stale) {
    const answers = sentBy(turn(network, 3, { kind: 'message', message }));
    assert.equal(
      answers,
      [{ kind: 'heartbeatResponse', to: memberOf(1), from: memberOf(3), term, round: 0 }],
      message.kind,
    );
  }
  assertNothing(network, 3, { kind: 'message', message: { ...header, kind: 'timeoutNow' } });
  assertNothing(network, 3, { kind: 'message', message: { ...header, kind: 'readIndexRequest', id: 1 } });
});

test('entries that are committed here are acknowledged again, and neither truncated nor appended', () => {
  const network = led();
  const before = stateOf(network, 2).log;
  const append: AppendEntries = {
    kind: 'appendEntries',
    to: memberOf(2),
    from: memberOf(1),
    term: 1,
    previousIndex: 1,
    previousTerm: 1,
    runs: [{ firstIndex: 2, term: 1, ...textPayloads('a') }],
    commitIndex: 0,
  };
  const effects = turn(network, 2, { kind: 'message', message: append });
  assert.is(
    effects.some(({ kind }) => kind === 'persist'),
    false,
  );
  const [answer] = sentBy(effects);
  assert.ok(answer?.kind === 'appendResponse' && answer.success);
  // All that is committed is the same in every log of this leader's.
  assert.is(answer.index, 3);
  assert.equal(stateOf(network, 2).log, before);
});

test('two appends in one turn are acknowledged once, by the later; a refusal stands for itself', () => {
  const network = led();
  network.queue.length = 0;
  propose(network, 1, 'c');
  propose(network, 1, 'd');
  const appends = network.queue.filter(({ kind, to }) => kind === 'appendEntries' && to.id === 2);
  assert.is(appends.length, 2);
  const inputs = appends.map((message): Input => ({ kind: 'message', message }));
  const acknowledged = (given: readonly Input[]): [boolean, number][] =>
    sentBy(turn(network, 2, ...given)).flatMap((message) =>
      message.kind === 'appendResponse' ? [[message.success, message.index] as [boolean, number]] : [],
    );
  assert.equal(acknowledged(inputs), [[true, 5]]);
  assert.equal(
    acknowledged([...inputs].reverse()),
    [
      [true, 5],
      [true, 4],
    ].slice(0, 2),
  );
  const [late] = appends as AppendEntries[];
  const ahead: AppendEntries = { ...(late as AppendEntries), previousIndex: 90, runs: [] };
  const refused: Input = { kind: 'message', message: ahead };
  assert.equal(acknowledged([refused, inputs[1] as Input]), [
    [false, 90],
    [true, 5],
  ]);
});

test('an answer to a read that nobody asked, or that is a refusal', () => {
  const network = led();
  const header = { kind: 'readIndexResponse', to: memberOf(2), from: memberOf(1), term: 1 } as const;
  assertNothing(network, 2, { kind: 'message', message: { ...header, id: 77, index: 3 } });
  turn(network, 2, { kind: 'read', id: 5 });
  turn(network, 2, { kind: 'read', id: 6 });
  turn(network, 2, { kind: 'message', message: { ...header, id: 6, index: 3 } });
  turn(network, 2, { kind: 'message', message: { ...header, id: 5 } });
  assert.equal(nodeOf(network, 2).reads, [
    { id: 6, index: 3 },
    { id: 5, index: null },
  ]);
});

test('a write that was superseded proves nothing when it completes', () => {
  const network = led();
  assertNothing(network, 1, { kind: 'persisted', sequence: 1 });
  assertNothing(network, 1, { kind: 'snapshotRestored', index: 3, ok: true });
  assertNothing(network, 1, { kind: 'snapshotDurable', index: 0 });
  const bytes = new Uint8Array(1);
  assertNothing(network, 2, { kind: 'snapshotChunk', to: memberOf(1), index: 1, offset: 0, bytes, done: true });
  assertNothing(network, 1, { kind: 'snapshotChunk', to: memberOf(2), index: 1, offset: 0, bytes, done: true });
});

test('connections of who is no member', () => {
  const network = led();
  assertNothing(network, 1, { kind: 'peerUp', member: memberOf(9) }, { kind: 'peerDown', member: memberOf(9) });
  assertNothing(network, 2, { kind: 'peerDown', member: memberOf(1, 'b') });
});

test('a truncation behind the end drops nothing', () => {
  const log = createLog({ index: 3, term: 1 });
  truncateLog(log, 4);
  assert.equal(log, createLog({ index: 3, term: 1 }));
});

test('what the types rule out is a bug, and ends the node', () => {
  const state = stateOf(led(), 1);
  const impossible = (input: unknown): void => {
    step(state, input as Input);
  };
  assert.throws(() => impossible({ kind: 'nap' }), /unreachable/);
  assert.throws(() => impossible({ kind: 'timer', timer: 'nap' as TimerName }), /unreachable/);
  assert.throws(() => impossible({ kind: 'changeMembership', id: 1, change: { kind: 'nap' } }), /unreachable/);
  const message = { kind: 'nap', to: memberOf(1), from: memberOf(2), term: 1 };
  assert.throws(() => impossible({ kind: 'message', message }), /unreachable/);
});

test('a timer started again counts anew, and only the last command of a turn is given', () => {
  const network = led();
  const append = (): Input => ({ kind: 'message', message: heartbeat() });
  const effects = turn(network, 2, append(), append(), { kind: 'timer', timer: 'leaderLease' });
  const timers = effects.flatMap((effect) => (effect.kind === 'timers' ? effect.timers : []));
  assert.equal(
    timers.map(({ action, timer }) => `${action} ${timer}`),
    ['start election', 'stop leaderLease'],
  );
  assert.equal(fire(network, 2, 'leaderLease'), []);
});

function heartbeat(): RaftMessage {
  return { kind: 'heartbeat', to: memberOf(2), from: memberOf(1), term: 1, commitIndex: 0, round: 0 };
}

test.run();
