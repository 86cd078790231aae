/** Finding the place where two logs part (end of paper 5.3): at most one refusal for each term in either log. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { payloadAt, type EntryRun } from '../../src/raft/entries.js';
import { lastLogIndex, sliceLog } from '../../src/raft/log.js';
import {
  addNode,
  configurationOf,
  createNetwork,
  deliver,
  elect,
  memberOf,
  payloadText,
  stateOf,
  storedState,
  settle,
  textPayloads,
  type Network,
} from './support/network.js';

const test = suite('conflict back-off');

/** One run a term; texts name their term and place, as a real log's entries are determined by them. */
function runsOf(counts: readonly (readonly [term: number, count: number])[]): EntryRun[] {
  const runs: EntryRun[] = [];
  let firstIndex = 1;
  for (const [term, count] of counts) {
    const texts = Array.from({ length: count }, (_, position) => `${term}/${firstIndex + position}`);
    runs.push({ firstIndex, term, ...textPayloads(...texts) });
    firstIndex += count;
  }
  return runs;
}

/** Two nodes; the first, in a higher term, leads. A third vote comes from a node without a log. */
function meeting(leader: readonly EntryRun[], follower: readonly EntryRun[]): { network: Network; refusals: number } {
  const network = createNetwork([]);
  const configuration = configurationOf([1, 2, 3]);
  addNode(network, { member: memberOf(1), stored: storedState(configuration, { term: 1000, entries: leader }) });
  addNode(network, { member: memberOf(2), stored: storedState(configuration, { term: 999, entries: follower }) });
  addNode(network, { member: memberOf(3), stored: storedState(configuration) });
  let refusals = 0;
  network.loses = (message) => {
    if (message.kind === 'appendResponse' && message.from.id === 2 && !message.success) refusals += 1;
    return message.to.id === 2 && message.kind.startsWith('request');
  };
  elect(network, 1);
  settle(network);
  return { network, refusals };
}

function textOf(network: Network, id: number): string {
  const { log } = stateOf(network, id);
  const texts: string[] = [];
  for (const run of sliceLog(log, 1, lastLogIndex(log), Number.POSITIVE_INFINITY)) {
    for (let position = 0; position < run.count; position += 1) {
      texts.push(`${run.term}:${payloadText(payloadAt(run, position))}`);
    }
  }
  return texts.join(' ');
}

function termsIn(...logs: (readonly EntryRun[])[]): number {
  return new Set(logs.flat().map(({ term }) => term)).size;
}

test('a follower that lacks entries is found in one refusal', () => {
  const { network, refusals } = meeting(runsOf([[1, 500]]), runsOf([[1, 3]]));
  assert.is(refusals, 1);
  assert.is(lastLogIndex(stateOf(network, 2).log), 501);
});

test('a tail of many entries of one foreign term costs one refusal', () => {
  const { network, refusals } = meeting(
    runsOf([
      [1, 3],
      [5, 2],
    ]),
    runsOf([
      [1, 3],
      [4, 500],
    ]),
  );
  assert.ok(refusals <= 2, `${refusals} refusals`);
  assert.is(textOf(network, 1), textOf(network, 2));
});

test('so does a tail of many entries of one term that only the leader has', () => {
  const { network, refusals } = meeting(
    runsOf([
      [1, 3],
      [5, 500],
    ]),
    runsOf([
      [1, 3],
      [4, 500],
    ]),
  );
  assert.ok(refusals <= 2, `${refusals} refusals`);
  assert.is(textOf(network, 1), textOf(network, 2));
});

test('logs of up to 200 terms that part at random heal, in at most one refusal a term and one', () => {
  const counts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 100 });
  fc.assert(
    fc.property(counts, counts, counts, fc.boolean(), (shared, own, foreign, oddFirst) => {
      const head = shared.map((count, position) => [position + 1, count] as const);
      const tail = (lengths: number[], odd: boolean): [number, number][] =>
        lengths.map((count, position) => [200 + 2 * position + (odd ? 1 : 0), count]);
      const leader = runsOf([...head, ...tail(own, oddFirst)]);
      const follower = runsOf([...head, ...tail(foreign, !oddFirst)]);
      const { network, refusals } = meeting(leader, follower);
      assert.ok(refusals <= termsIn(leader, follower) + 1, `${refusals} refusals`);
      assert.is(textOf(network, 1), textOf(network, 2));
    }),
    { numRuns: 60 },
  );
});

/** Where a new leader goes on after this refusal. */
function nextAfter(leader: readonly EntryRun[], hintIndex: number, hintTerm: number): number | undefined {
  const network = createNetwork([]);
  addNode(network, { member: memberOf(1), stored: storedState(configurationOf([1, 2]), { term: 8, entries: leader }) });
  addNode(network, { member: memberOf(2), stored: storedState(configurationOf([1, 2])) });
  network.loses = ({ kind }) => kind === 'appendEntries';
  elect(network, 1);
  const [peer] = stateOf(network, 1).peers;
  const index = (peer?.nextIndex ?? 0) - 1;
  const header = { kind: 'appendResponse', to: memberOf(1), from: memberOf(2), term: 9 } as const;
  deliver(network, { ...header, success: false, index, hintIndex, hintTerm });
  return peer?.nextIndex;
}

test('the next probe is behind the last entry that may be the same in both logs', () => {
  const leader = runsOf([
    [2, 3],
    [4, 3],
    [7, 3],
  ]);
  assert.is(nextAfter(leader, 5, 4), 6, 'the same term there');
  assert.is(nextAfter(leader, 5, 5), 6, 'a term between two of its own');
  assert.is(nextAfter(leader, 8, 5), 7, 'what it has of later terms is left out');
  assert.is(nextAfter(leader, 2, 1), 1, 'nothing is as old');
});

test('a follower whose entry at the base is of an older term than the base gets a snapshot', () => {
  const configuration = configurationOf([1, 2, 3]);
  const network = createNetwork([]);
  const base = { index: 3, term: 5 };
  const stored = storedState(configuration, { term: 5, base, snapshot: { ...base, configuration } });
  addNode(network, { member: memberOf(1), stored });
  for (const id of [2, 3]) {
    const entries = id === 2 ? runsOf([[4, 3]]) : [];
    addNode(network, { member: memberOf(id), stored: storedState(configuration, { term: 4, entries }) });
  }
  elect(network, 1);
  assert.equal(
    stateOf(network, 1).peers.map(({ state, transfer }) => [state, transfer?.snapshot.index]),
    [
      ['snapshot', 3],
      ['snapshot', 3],
    ],
  );
});

test.run();
