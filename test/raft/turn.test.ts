/** The order in which a turn is performed (thesis 3.8, 10.2.1), and what each message waits for. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import type { AppendEntries, Input, RaftMessage } from '../../src/raft/messages.js';
import { createRaft, type RaftState } from '../../src/raft/state.js';
import { defaultRaftLimits } from '../../src/raft/limits.js';
import { step } from '../../src/raft/step.js';
import { takeReady } from '../../src/raft/take-ready.js';
import { performTurn, type TurnEffect } from '../../src/raft/turn.js';
import {
  appliedTexts,
  configurationOf,
  crashBefore,
  createNetwork,
  elect,
  fire,
  memberOf,
  propose,
  proposeAndSettle,
  settle,
  stateOf,
  storedState,
  textPayloads,
  turn,
} from './support/network.js';

const test = suite('turn');

/** Each effect as one line. */
function lines(effects: readonly TurnEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.kind === 'send') return `send ${effect.messages.map((each) => each.kind).join(' ')}`;
    if (effect.kind === 'persist') return `persist ${effect.persist.term} ${effect.persist.entries.length}`;
    if (effect.kind === 'apply') return `apply ${effect.runs.length}`;
    return effect.kind;
  });
}

function vote(term: number): RaftMessage {
  const header = { kind: 'requestVote', to: memberOf(3), from: memberOf(2), term } as const;
  return { ...header, lastLogIndex: 9, lastLogTerm: 9, leadershipTransfer: false };
}

test('a start tells its timers, its role and its configuration', () => {
  const stored = storedState(configurationOf([1, 2, 3]));
  const state = createRaft({ self: memberOf(1), stored, limits: defaultRaftLimits });
  assert.equal(lines([...performTurn(state, [])]), ['timers', 'leadership', 'configuration']);
  assert.equal([...performTurn(state, [])], []);
});

test("a leader's entries leave before its own write", () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  assert.equal(lines(propose(network, 1, 'a')), ['send appendEntries appendEntries', 'persist 1 1']);
});

test('one voter alone: persisted, then committed and applied, in one turn', () => {
  const network = createNetwork([1]);
  elect(network, 1);
  assert.equal(lines(propose(network, 1, 'a')), ['persist 1 1', 'apply 1']);
});

test('a candidate asks for votes after its own is synced', () => {
  const network = createNetwork([1, 2, 3]);
  assert.equal(lines(fire(network, 1, 'election')), ['send requestPreVote requestPreVote', 'timers', 'leadership']);
  const grant = { kind: 'preVoteResponse', to: memberOf(1), from: memberOf(2), term: 1, granted: true } as const;
  const effects = turn(network, 1, { kind: 'message', message: grant });
  assert.equal(lines(effects), ['persist 1 0', 'send requestVote requestVote', 'timers', 'leadership']);
});

test('a new leader whose term is synced sends its first append at once', () => {
  const network = createNetwork([1, 2, 3]);
  fire(network, 1, 'election');
  const answer = { to: memberOf(1), from: memberOf(2), term: 1, granted: true };
  turn(network, 1, { kind: 'message', message: { kind: 'preVoteResponse', ...answer } });
  const effects = turn(network, 1, { kind: 'message', message: { kind: 'voteResponse', ...answer } });
  assert.equal(lines(effects), ['send appendEntries appendEntries', 'persist 1 1', 'timers', 'leadership']);
});

test('a vote leaves after it is synced', () => {
  const network = createNetwork([1, 2, 3]);
  assert.equal(lines(turn(network, 3, { kind: 'message', message: vote(1) })), [
    'persist 1 0',
    'send voteResponse',
    'timers',
    'leadership',
  ]);
});

test('an acknowledgement leaves after its entries are synced; one of synced entries at once', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  propose(network, 1, 'a');
  const [append] = network.queue.filter(({ to }) => to.id === 3);
  if (append === undefined) throw new Error('no append');
  const deliverAgain = (): string[] => lines(turn(network, 3, { kind: 'message', message: append }));
  assert.equal(deliverAgain(), ['persist 1 1', 'send appendResponse', 'timers']);
  assert.equal(deliverAgain(), ['send appendResponse', 'timers']);
});

test('a heartbeat in a known term is answered without a write, in a new one after it', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  const heartbeat = (term: number): Input => {
    const header = { kind: 'heartbeat', to: memberOf(3), from: memberOf(1), term } as const;
    return { kind: 'message', message: { ...header, commitIndex: 1, round: 0 } };
  };
  assert.equal(lines(turn(network, 3, heartbeat(1))), ['send heartbeatResponse', 'timers']);
  assert.equal(lines(turn(network, 3, heartbeat(2))), [
    'persist 2 0',
    'send heartbeatResponse',
    'timers',
    'leadership',
  ]);
});

test('a crash before the sync loses entries that nobody was told of; a crash after it loses nothing', () => {
  const network = createNetwork([1]);
  elect(network, 1);
  const input: Input = { kind: 'propose', admission: 1, payloads: textPayloads('lost') };
  crashBefore(network, 1, 'persist', input);
  elect(network, 1);
  crashBefore(network, 1, 'apply', { ...input, payloads: textPayloads('kept') });
  elect(network, 1);
  assert.equal(appliedTexts(network, 1), ['kept']);
});

/** A follower with an unfinished write of entry 1, term 1. */
function writing(): { state: RaftState; sequence: number } {
  const stored = storedState(configurationOf([1, 2, 3]));
  const state = createRaft({ self: memberOf(3), stored, limits: defaultRaftLimits });
  step(state, { kind: 'message', message: append(1, 'old') });
  const persist = takeReady(state)?.persist;
  return { state, sequence: persist?.sequence ?? 0 };
}

function append(term: number, ...texts: readonly string[]): RaftMessage {
  const header = { kind: 'appendEntries', to: memberOf(3), from: memberOf(term), term } as const;
  const runs = texts.length === 0 ? [] : [{ firstIndex: 1, term, ...textPayloads(...texts) }];
  return { ...header, previousIndex: 0, previousTerm: 0, runs, commitIndex: 0 };
}

test('a write that completes after its entries were replaced does not vouch for the new ones', () => {
  const { state, sequence } = writing();
  step(state, { kind: 'message', message: append(2, 'new') });
  assert.is(takeReady(state), null, 'one write at a time');
  step(state, { kind: 'persisted', sequence });
  assert.is(state.persistence.index, 0);
  const ready = must(takeReady(state), 'the new entry');
  assert.equal(ready.sendNow, []);
  assert.equal([ready.persist?.truncateFrom, ready.persist?.entries[0]?.term], [1, 2]);
  assert.equal(
    ready.sendAfterPersist.map(({ kind }) => kind),
    ['appendResponse'],
  );
});

test('entries that are known to be committed are handed over once they are synced here, not before', () => {
  const stored = storedState(configurationOf([1, 2, 3]));
  const state = createRaft({ self: memberOf(3), stored, limits: defaultRaftLimits });
  step(state, { kind: 'pull', bytes: 1000, appliedIndex: 0 });
  step(state, { kind: 'message', message: { ...append(1, 'a'), commitIndex: 1 } as RaftMessage });
  const first = must(takeReady(state), 'the entry');
  assert.equal([state.commitIndex, first.apply.length], [1, 0]);
  step(state, { kind: 'persisted', sequence: first.persist?.sequence ?? 0 });
  assert.is(takeReady(state)?.apply.length, 1);
});

test('a completion that is not of the pending write proves nothing', () => {
  const { state, sequence } = writing();
  step(state, { kind: 'persisted', sequence: sequence - 1 });
  step(state, { kind: 'persisted', sequence: sequence + 1 });
  assert.is(state.persistence.index, 0);
  step(state, { kind: 'persisted', sequence });
  assert.is(state.persistence.index, 1);
  step(state, { kind: 'message', message: append(2, 'new') });
  step(state, { kind: 'persisted', sequence });
  assert.is(state.persistence.index, 0);
});

test('sequences only grow', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  const sequences = ['a', 'b', 'c'].flatMap((text) =>
    propose(network, 1, text).flatMap((effect) => (effect.kind === 'persist' ? [effect.persist.sequence] : [])),
  );
  settle(network);
  proposeAndSettle(network, 1, 'd');
  assert.equal(
    sequences,
    [...sequences].sort((left, right) => left - right),
  );
  assert.is(new Set(sequences).size, 3);
  assert.ok(stateOf(network, 1).persistence.sequence > (sequences.at(-1) ?? 0));
});

/** What storage is told to drop when node 3, which holds `held`, hears these in one turn. */
function truncatedFrom(held: number, ...appends: readonly RaftMessage[]): number | null | undefined {
  const network = createNetwork([1, 2, 3]);
  const texts = Array.from({ length: held }, (_, position) => `${position}`);
  turn(network, 3, { kind: 'message', message: append(1, ...texts) });
  const effects = turn(network, 3, ...appends.map((message): Input => ({ kind: 'message', message })));
  return effects.flatMap((effect) => (effect.kind === 'persist' ? [effect.persist.truncateFrom] : []))[0];
}

test('storage drops what it was given and is void now, from the first such entry on, and nothing else', () => {
  const behind = { ...(append(2, 'x') as AppendEntries), previousIndex: 3, previousTerm: 1 };
  const later = { ...behind, runs: [{ firstIndex: 4, term: 2, ...textPayloads('x') }] };
  assert.is(truncatedFrom(5, later), 4);
  assert.is(truncatedFrom(5, later, append(3, 'y')), 1);
  assert.is(truncatedFrom(0, append(1, 'x'), append(2, 'y')), null, 'the first of them never reached it');
});

test.run();
