/** One log out of what survives of several, against a history whose truth is known. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { mergeLogs, type MergedLog } from '../../src/offline/merge-logs.js';
import type { Stretch, SurvivingLog } from '../../src/offline/surviving-log.js';
import { lastIndexOf, payloadAt } from '../../src/raft/entries.js';
import { run } from '../storage/support/logs.js';

const test = suite('merge logs');
const START = { index: 0, term: 0 };

/** The terms of a log's entries from index 1 on, and which of these entries are damaged. */
interface Damaged {
  readonly terms: readonly number[];
  readonly lost: ReadonlySet<number>;
}

/** What can be read of it: entries in runs of one, as far from each other as damage has left them. */
function survivor({ terms, lost }: Damaged): SurvivingLog {
  const stretches: Stretch[] = [{ after: START, runs: [] }];
  terms.forEach((term, position) => {
    const index = position + 1;
    if (lost.has(index)) return;
    const entry = run(index, 1, term);
    const last = must(stretches.at(-1), 'first');
    const joins = (last.runs.length === 0 ? last.after.index : last.after.index + last.runs.length) === position;
    const before = { index: position, term: terms[position - 1] ?? 0 };
    if (joins) stretches[stretches.length - 1] = { after: last.after, runs: [...last.runs, entry] };
    else stretches.push({ after: before, runs: [entry] });
  });
  const end = terms.length === 0 ? START : { index: terms.length, term: must(terms.at(-1), 'a term') };
  return { identity: null, term: end.term, stretches, end, damages: [] };
}

function textsOf({ entries }: MergedLog): string[] {
  return entries.flatMap((each) =>
    Array.from({ length: lastIndexOf(each) - each.firstIndex + 1 }, (_, position) =>
      new TextDecoder().decode(payloadAt(each, position)).trimEnd(),
    ),
  );
}

function texts(terms: readonly number[], from = 1, to = terms.length): string[] {
  return terms.slice(from - 1, to).map((term, position) => `${from + position}@${term}`);
}

const damaged = (terms: readonly number[], ...lost: number[]): Damaged => ({ terms, lost: new Set(lost) });
const merge = (logs: readonly Damaged[], base = START): MergedLog => mergeLogs(logs.map(survivor), base);

test('different entries are lost on each node: all of them are found', () => {
  const terms = [1, 1, 2, 2, 3];
  const merged = merge([damaged(terms, 1, 4), damaged(terms, 2, 5), damaged(terms, 3, 4)]);
  assert.equal([textsOf(merged), merged.gaps], [texts(terms), []]);
});

test('one entry is lost on all: it is a gap, and what is before it is kept', () => {
  const terms = [1, 1, 2, 2, 3];
  const merged = merge([damaged(terms, 3), damaged(terms, 3, 4), damaged(terms, 2, 3)]);
  assert.equal(
    [textsOf(merged), merged.gaps, merged.end],
    [texts(terms, 1, 2), [{ from: 3, to: 3 }], { index: 5, term: 3 }],
  );
});

test('the last entry is lost on all: the gap is at the end', () => {
  const merged = merge([damaged([1, 1, 2], 3), damaged([1, 1, 2], 3), damaged([1, 1])]);
  assert.equal([textsOf(merged), merged.gaps], [['1@1', '2@1'], [{ from: 3, to: 3 }]]);
});

test('a longer log of an earlier term, and an entry of a later one that nothing followed, do not count', () => {
  assert.equal(textsOf(merge([damaged([1, 1, 1, 1]), damaged([1, 1, 2]), damaged([1, 1, 2])])), ['1@1', '2@1', '3@2']);
  const overtaken = merge([damaged([1, 1, 5]), damaged([1, 1, 3, 3, 6]), damaged([1, 1, 3, 3, 6], 3)]);
  assert.equal(textsOf(overtaken), texts([1, 1, 3, 3, 6]));
});

test('what is in a snapshot need not be there', () => {
  const terms = [1, 1, 2, 2];
  const merged = merge([damaged(terms, 1, 2), damaged(terms, 1, 2, 3)], { index: 2, term: 1 });
  assert.equal([textsOf(merged), merged.gaps, merged.last], [texts(terms, 3), [], { index: 4, term: 2 }]);
  const behind = merge([damaged([1]), damaged([1], 1)], { index: 2, term: 1 });
  assert.equal([textsOf(behind), behind.gaps, behind.last], [[], [], { index: 2, term: 1 }]);
});

test('logs that begin behind an entry which no snapshot reaches have lost everything up to it', () => {
  const after = { index: 10, term: 1 };
  const log: SurvivingLog = { ...survivor(damaged([])), stretches: [{ after, runs: [run(11, 2, 1)] }], end: null };
  const merged = mergeLogs([log, log], START);
  assert.equal([textsOf(merged), merged.gaps, merged.end.index], [[], [{ from: 1, to: 10 }], 12]);
  assert.equal(textsOf(mergeLogs([log], after)), ['11@1', '12@1']);
});

/** The best log, and others that left it somewhere for a lower term; each entry of each damaged with some chance. */
const histories = fc
  .record({
    rises: fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }),
    others: fc.array(fc.record({ kept: fc.nat(12), stale: fc.nat(3), lost: fc.array(fc.nat(14), { maxLength: 6 }) }), {
      minLength: 1,
      maxLength: 4,
    }),
    lost: fc.array(fc.nat(14), { maxLength: 6 }),
  })
  .map(({ rises, others, lost }) => {
    let term = 1;
    const best = rises.map((rise) => (term += rise));
    const logs = others.map((other): Damaged => {
      const shared = best.slice(0, other.kept);
      // A term that nobody else has: between that of the last shared entry and that of the next.
      const own = (shared.at(-1) ?? 0) + 0.5;
      const stale = own < must(best.at(-1), 'a term') && shared.length < best.length ? other.stale : 0;
      return { terms: [...shared, ...Array.from({ length: stale }, () => own)], lost: new Set(other.lost) };
    });
    return { best, logs: [{ terms: best, lost: new Set(lost) }, ...logs] };
  });

test('any damage to any history: the best log as it was, or exactly what nobody has of it', () => {
  fc.assert(
    fc.property(histories, ({ best, logs }) => {
      const merged = merge(logs);
      const holders = (index: number): Damaged[] =>
        logs.filter(({ terms, lost }) => terms[index - 1] === best[index - 1] && !lost.has(index));
      const missing = best.map((_, position) => position + 1).filter((index) => holders(index).length === 0);
      const inGaps = merged.gaps.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
      assert.equal(textsOf(merged), texts(best, 1, (merged.gaps[0]?.from ?? best.length + 1) - 1));
      assert.equal(
        missing.filter((index) => !inGaps.includes(index)),
        [],
      );
      // What is told as lost and is not: only entries that no log holds which is known to be the same so far.
      const certain = inGaps.filter((index) =>
        holders(index).some(({ terms }) => terms.at(-1) === best.at(-1) && terms.length === best.length),
      );
      assert.equal(certain, []);
    }),
    { numRuns: 2_000 },
  );
});

test.run();
