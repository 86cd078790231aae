/** Who hears of a commit, and when; the paper's own rules of commitment are in `paper/`. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { performTurn } from '../../src/raft/turn.js';
import {
  createNetwork,
  elect,
  fire,
  fireAndSettle,
  isolate,
  propose,
  proposeAndSettle,
  settle,
  stateOf,
  textPayloads,
} from './support/network.js';

const test = suite('commit');

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
