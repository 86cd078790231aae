/** The log: runs of packed entries, compared with a plain array of (term, payload). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { lastIndexOf, packPayloads, payloadAt, type EntryRun } from '../../src/raft/entries.js';
import {
  appendRun,
  compactLog,
  createLog,
  firstConflict,
  lastLogIndex,
  lastLogTerm,
  lastPlaceNotAbove,
  sliceLog,
  termAt,
  truncateLog,
  type RaftLog,
} from '../../src/raft/log.js';
import { payloadText, textPayloads } from './support/network.js';

const test = suite('log');

function run(firstIndex: number, term: number, ...texts: string[]): EntryRun {
  return { firstIndex, term, ...textPayloads(...texts) };
}

function logOf(...runs: EntryRun[]): RaftLog {
  const log = createLog({ index: (runs[0]?.firstIndex ?? 1) - 1, term: 0 });
  for (const each of runs) appendRun(log, each);
  return log;
}

function contents(log: RaftLog): string[] {
  return sliceLog(log, log.baseIndex + 1, lastLogIndex(log), Number.POSITIVE_INFINITY).flatMap((each) =>
    Array.from({ length: each.count }, (_, position) => `${each.term}:${payloadText(payloadAt(each, position))}`),
  );
}

test('an empty log ends at its base', () => {
  const log = createLog({ index: 7, term: 3 });
  assert.is(lastLogIndex(log), 7);
  assert.is(lastLogTerm(log), 3);
  assert.is(termAt(log, 7), 3);
  assert.is(termAt(log, 6), null);
  assert.is(termAt(log, 8), null);
});

test('a term is found in any run', () => {
  const log = logOf(run(1, 1, 'a', 'b'), run(3, 1, 'c'), run(4, 3, 'd', 'e', 'f'), run(7, 4, 'g'));
  assert.equal(
    [1, 2, 3, 4, 5, 6, 7, 8].map((index) => termAt(log, index)),
    [1, 1, 1, 3, 3, 3, 4, null],
  );
});

test('a run that does not follow on is refused', () => {
  const log = logOf(run(1, 2, 'a'));
  assert.throws(() => appendRun(log, run(3, 2, 'c')), /append at 3/);
  assert.throws(() => appendRun(log, run(2, 1, 'b')), /term 1 after 2/);
});

test('truncation cuts through a run', () => {
  const log = logOf(run(1, 1, 'a', 'b', 'c'), run(4, 2, 'd'));
  truncateLog(log, 3);
  assert.equal(contents(log), ['1:a', '1:b']);
  truncateLog(log, 1);
  assert.equal(contents(log), []);
});

test('a slice shares whole runs and copies parts', () => {
  const first = run(1, 1, 'a', 'b');
  const second = run(3, 1, 'c', 'd');
  const log = logOf(first, second);
  const slice = sliceLog(log, 2, 4, 1000);
  assert.equal(
    slice.map((each) => [each.firstIndex, each.count]),
    [
      [2, 1],
      [3, 2],
    ],
  );
  assert.ok(slice[1] === second);
});

test('a slice keeps to its bytes, but has at least one entry', () => {
  const log = logOf(run(1, 1, 'aaaa', 'bbbb', 'cccc'), run(4, 1, 'dddd'));
  const lengths = (bytes: number): number => sliceLog(log, 1, 4, bytes).reduce((sum, each) => sum + each.count, 0);
  assert.equal([0, 5, 9, 10, 14, 15, 19, 20].map(lengths), [1, 1, 1, 2, 2, 3, 3, 4]);
  const empty = { firstIndex: 2, term: 1, ...packPayloads([new Uint8Array(0)]) };
  assert.is(sliceLog(logOf(run(1, 1, 'aaaa'), empty), 1, 2, 5).length, 1, 'full is full');
});

test('compaction drops whole runs and remembers the term before the first', () => {
  const log = logOf(run(1, 1, 'a', 'b'), run(3, 2, 'c', 'd'), run(5, 2, 'e'));
  compactLog(log, 3);
  assert.equal([log.baseIndex, log.baseTerm, log.runs.length], [2, 1, 2]);
  compactLog(log, 5);
  assert.equal([log.baseIndex, log.baseTerm, log.runs.length], [5, 2, 0]);
  compactLog(log, 9);
  assert.is(lastLogIndex(log), 5);
});

const termsOfRuns = fc.array(fc.record({ grow: fc.nat(2), count: fc.integer({ min: 1, max: 4 }) }), { maxLength: 8 });

function randomLog(shape: readonly { grow: number; count: number }[]): { log: RaftLog; terms: number[] } {
  const log = createLog({ index: 0, term: 0 });
  const terms: number[] = [];
  let term = 1;
  for (const { grow, count } of shape) {
    term += grow;
    appendRun(log, run(terms.length + 1, term, ...Array.from({ length: count }, () => 'x')));
    for (let position = 0; position < count; position += 1) terms.push(term);
  }
  return { log, terms };
}

test('the last place not above a term is what a scan finds', () => {
  fc.assert(
    fc.property(termsOfRuns, fc.nat(40), fc.nat(20), (shape, index, term) => {
      const { log, terms } = randomLog(shape);
      let expected = Math.min(index, terms.length);
      while (expected > 0 && (terms[expected - 1] ?? 0) > term) expected -= 1;
      assert.is(lastPlaceNotAbove(log, index, term).index, expected);
    }),
  );
});

test('the first conflict is what a scan finds', () => {
  fc.assert(
    fc.property(termsOfRuns, fc.nat(10), fc.integer({ min: 1, max: 12 }), (shape, start, term) => {
      const { log, terms } = randomLog(shape);
      const other = run(Math.min(start, terms.length) + 1, term, 'p', 'q', 'r', 's', 't');
      let expected: number | null = null;
      for (let index = other.firstIndex; index <= Math.min(lastIndexOf(other), terms.length); index += 1) {
        if (expected === null && terms[index - 1] !== term) expected = index;
      }
      assert.is(firstConflict(log, other), expected);
    }),
  );
});

test.run();
