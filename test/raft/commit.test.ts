/** When an entry is committed (paper 5.3, 5.4.2), and what a follower may believe of it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EntryRun } from '../../src/raft/entries.js';
import { performTurn } from '../../src/raft/turn.js';
import {
  addNode,
  appliedTexts,
  configurationOf,
  createNetwork,
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
} from './support/network.js';

const test = suite('commit');

function run(firstIndex: number, term: number, ...texts: string[]): EntryRun {
  return { firstIndex, term, ...textPayloads(...texts) };
}

test('an entry is committed once a majority has it (5.3)', () => {
  const network = createNetwork([1, 2, 3, 4, 5]);
  elect(network, 1);
  isolate(network, 3, 4, 5);
  proposeAndSettle(network, 1, 'a');
  assert.is(stateOf(network, 1).commitIndex, 1);
  isolate(network, 4, 5);
  fireAndSettle(network, 1, 'heartbeat');
  proposeAndSettle(network, 1, 'b');
  assert.is(stateOf(network, 1).commitIndex, 3);
  assert.equal(appliedTexts(network, 1), ['a', 'b']);
});

test('an entry of an earlier term is not committed by counting replicas (figure 8)', () => {
  const network = createNetwork([]);
  const configuration = configurationOf([1, 2, 3, 4, 5]);
  const first = run(1, 1, 'one');
  const logs = [[first, run(2, 2, 'two')], [first, run(2, 2, 'two')], [first], [first], [first, run(2, 3, 'three')]];
  logs.forEach((entries, slot) => {
    addNode(network, { member: memberOf(slot + 1), stored: storedState(configuration, { term: 3, entries }) });
  });
  // Node 1 leads in term 4, and its entry of term 2 reaches a majority; its own no-op reaches nobody.
  network.loses = (message) =>
    message.to.id > 3 ||
    message.from.id > 3 ||
    (message.kind === 'appendEntries' && message.runs.some(({ term }) => term === 4));
  elect(network, 1);
  const peers = stateOf(network, 1).peers;
  for (const peer of peers.slice(0, 2)) peer.probeSent = false;
  const header = {
    kind: 'appendResponse',
    to: memberOf(1),
    term: 4,
    success: true,
    hintIndex: 0,
    hintTerm: 0,
  } as const;
  for (const id of [2, 3]) deliver(network, { ...header, from: memberOf(id), index: 2 });
  assert.is(stateOf(network, 1).role, 'leader');
  assert.is(stateOf(network, 1).commitIndex, 0);
  // Once its own entry is there too, both are.
  for (const id of [2, 3]) deliver(network, { ...header, from: memberOf(id), index: 3 });
  assert.is(stateOf(network, 1).commitIndex, 3);
});

test('a follower commits up to what it has verified, not up to the end of a tail of its own', () => {
  const network = createNetwork([]);
  const stored = storedState(configurationOf([1, 2, 3]), { term: 2, entries: [run(1, 1, 'a'), run(2, 2, 'x', 'y')] });
  addNode(network, { member: memberOf(3), stored });
  const header = { kind: 'appendEntries', to: memberOf(3), from: memberOf(1), term: 3 } as const;
  deliver(network, { ...header, previousIndex: 1, previousTerm: 1, runs: [], commitIndex: 3 });
  assert.is(stateOf(network, 3).commitIndex, 1);
  assert.equal(appliedTexts(network, 3), ['a']);
});

test('the commit index never falls', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  proposeAndSettle(network, 1, 'a', 'b');
  const header = { to: memberOf(3), from: memberOf(1), term: 1 };
  deliver(network, { kind: 'heartbeat', ...header, commitIndex: 1, round: 0 });
  assert.is(stateOf(network, 3).commitIndex, 3);
});

test('a heartbeat tells no more than what its receiver is known to hold', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  isolate(network, 3);
  proposeAndSettle(network, 1, 'a');
  fire(network, 1, 'heartbeat');
  const told = network.queue.flatMap((each) => (each.kind === 'heartbeat' ? [[each.to.id, each.commitIndex]] : []));
  assert.equal(told, [
    [2, 2],
    [3, 1],
  ]);
});

test('followers hear of a commit with the next entries or heartbeat, never by a message of its own', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  const commits = (): number[] => [2, 3].map((id) => stateOf(network, id).commitIndex);
  propose(network, 1, 'a');
  settle(network);
  assert.equal(commits(), [1, 1]);
  propose(network, 1, 'b');
  settle(network);
  assert.equal(commits(), [2, 2]);
  fireAndSettle(network, 1, 'heartbeat');
  assert.equal(commits(), [3, 3]);
});

test('a leader counts itself for what it has synced, not for what it is writing', () => {
  const network = createNetwork([1]);
  elect(network, 1);
  const state = stateOf(network, 1);
  const input = { kind: 'propose', admission: 1, payloads: textPayloads('a') } as const;
  const commits = new Map<string, number>();
  for (const effect of performTurn(state, [input])) commits.set(effect.kind, state.commitIndex);
  assert.equal(
    [...commits],
    [
      ['persist', 1],
      ['apply', 2],
    ],
  );
});

test('entries of former terms are committed with the no-op of the next leader (5.4.2, 8)', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  network.loses = ({ kind }) => kind === 'appendResponse';
  proposeAndSettle(network, 1, 'a');
  assert.is(stateOf(network, 1).commitIndex, 1);
  isolate(network, 1);
  elect(network, 2);
  assert.equal(appliedTexts(network, 2), ['a']);
  assert.is(nodeOf(network, 2).leadership?.committedInTerm, true);
  heal(network);
  propose(network, 1, 'b');
  settle(network);
});

test.run();
