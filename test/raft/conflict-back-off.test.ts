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

test.run();
