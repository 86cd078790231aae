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
  isolate,
  memberOf,
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

test.run();
