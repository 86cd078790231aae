/**
 * The two checkers of histories against the definition, on histories of a few operations, and against each other and
 * planted violations on longer ones.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { createRandom, drawFraction, drawInteger } from '../../src/random.js';
import { executed, isLinearizable, registerModel, type RegisterCall } from './brute-force.js';
import { checkCertificate } from './certificate.js';
import { examine } from './examine.js';
import type { Answer, History, HistoryOperation } from './history.js';
import { metadataModel } from './metadata-model.js';
import { plant } from './planted.js';
import { checkBySearch } from './wing-gong-lowe.js';
import { createWorkload, drawCall, firstCalls } from './workload.js';

const test = suite('checkers of histories');

const amount = fc.integer({ min: 0, max: 2 });
const call: fc.Arbitrary<RegisterCall> = fc.oneof(
  fc.constant<RegisterCall>({ kind: 'read' }),
  fc.record({ kind: fc.constantFrom('write' as const, 'increase' as const), amount }),
  fc.record({ kind: fc.constant('replace' as const), expected: amount, amount }),
);
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ value: fc.integer({ min: 0, max: 3 }) }),
  fc.constant({ code: 'StaleEpoch' }),
);
const time = fc.integer({ min: 0, max: 12 });

/** Any answers at all: most of these histories are illegal. */
const anyOperation: fc.Arbitrary<HistoryOperation<RegisterCall>> = fc
  .record({
    call,
    from: time,
    length: time,
    answer: fc.option(answer, { freq: 5 }),
    index: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ call: made, from, length, answer: heard, index }) => ({
    client: 1,
    call: made,
    invokedNs: from,
    returnedNs: heard === null ? Number.POSITIVE_INFINITY : from + length,
    answer: heard,
    index: heard === null || 'code' in heard ? null : index,
  }));
const anyHistory = fc.array(anyOperation, { maxLength: 5 });

/** Legal, with the indexes of its witness. */
const legalHistory = fc
  .array(fc.record({ call, from: time, length: time, point: fc.double({ min: 0, max: 1, noNaN: true }) }), {
    maxLength: 6,
  })
  .map((spans) => executed(spans, registerModel, 0));

test('the search says what the definition says', () => {
  let legal = 0;
  fc.assert(
    fc.property(fc.oneof(anyHistory, legalHistory), (history) => {
      const expected = isLinearizable(history, registerModel, 0);
      if (expected) legal += 1;
      assert.is(checkBySearch(history, registerModel, 0).kind, expected ? 'legal' : 'illegal');
    }),
    { numRuns: 3_000, seed: 1 },
  );
  assert.ok(legal > 500 && legal < 2_800, `${legal} of 3,000 are legal`);
});

test('what the certificate check accepts is linearizable', () => {
  let accepted = 0;
  fc.assert(
    fc.property(anyHistory, (history) => {
      if (checkCertificate(history, registerModel).verdict.kind !== 'legal') return;
      accepted += 1;
      assert.ok(isLinearizable(history, registerModel, 0));
    }),
    { numRuns: 20_000, seed: 2 },
  );
  assert.ok(accepted > 300, `only ${accepted} accepted`);
});

test('the certificate check accepts every history that was executed in the order of its indexes', () => {
  fc.assert(
    fc.property(legalHistory, (history) => {
      assert.equal(checkCertificate(history, registerModel).verdict, { kind: 'legal' });
    }),
    { numRuns: 3_000, seed: 3 },
  );
});

const operation = (
  made: RegisterCall,
  [invokedNs, returnedNs]: readonly [number, number],
  heard: Answer | null,
  index: number | null,
): HistoryOperation<RegisterCall> => ({ client: 1, call: made, invokedNs, returnedNs, answer: heard, index });

test('an index that lies is found by the certificate check alone', () => {
  const history = [
    operation({ kind: 'write', amount: 1 }, [0, 1], { value: 1 }, 2),
    operation({ kind: 'write', amount: 2 }, [2, 3], { value: 2 }, 1),
  ];
  assert.is(checkCertificate(history, registerModel).verdict.kind, 'illegal');
  assert.is(checkBySearch(history, registerModel, 0).kind, 'legal');
});

test('two writes at one index are refused by the certificate check', () => {
  const history = [1, 2].map((value) => operation({ kind: 'write', amount: value }, [0, 9], { value }, 7));
  assert.is(checkCertificate(history, registerModel).verdict.kind, 'illegal');
});

test('a refusal must have a place between its ends at which it is one', () => {
  const refusal = (ends: readonly [number, number]): HistoryOperation<RegisterCall> =>
    operation({ kind: 'replace', expected: 1, amount: 5 }, ends, { code: 'StaleEpoch' }, null);
  const writes = [
    operation({ kind: 'write', amount: 1 }, [2, 3], { value: 1 }, 1),
    operation({ kind: 'write', amount: 2 }, [6, 7], { value: 2 }, 2),
  ];
  const verdictOf = (...refusals: HistoryOperation<RegisterCall>[]): string =>
    checkCertificate([...writes, ...refusals], registerModel).verdict.kind;
  assert.is(verdictOf(refusal([0, 1]), refusal([8, 9])), 'legal');
  assert.is(verdictOf(refusal([4, 6]), refusal([1, 2])), 'legal');
  assert.is(verdictOf(refusal([4, 5])), 'illegal', 'in between the value is what it expects');
  // The first to begin can only stand behind the second write, so the one that follows it cannot stand before.
  const read = operation({ kind: 'read' }, [7, 8], { value: 1 }, 1);
  assert.is(verdictOf(refusal([4, 6]), read), 'illegal');
});

test('a write whose outcome nobody looked up gives no verdict; a search without steps left neither', () => {
  const open = operation({ kind: 'write', amount: 1 }, [0, Number.POSITIVE_INFINITY], null, null);
  assert.is(checkCertificate([open], registerModel).verdict.kind, 'unknown');
  assert.is(checkBySearch([open], registerModel, 0).kind, 'legal');
  const many = Array.from({ length: 12 }, (_, number) =>
    operation({ kind: 'increase', amount: number }, [0, 9], { value: -1 }, null),
  );
  assert.is(checkBySearch(many, registerModel, 0, 3).kind, 'unknown');
});

/** What a perfect cluster answers to that many calls, up to eight at once. */
function perfectHistory(seed: number, calls: number): History<ReturnType<typeof drawCall>> {
  const random = createRandom(seed);
  const workload = createWorkload(createRandom(seed + 1));
  const made = [...firstCalls(workload), ...Array.from({ length: calls }, () => drawCall(workload))];
  const states = new Map<string, string>();
  let changes = 0;
  return made.map((one, place) => {
    const key = metadataModel.keyOf(one);
    const before = key === null ? '' : (states.get(key) ?? metadataModel.initial(key));
    const { state, answer: heard } =
      key === null
        ? { state: '', answer: metadataModel.survey(states, changes, one) }
        : metadataModel.step(before, one);
    if (state !== before) changes += 1;
    if (key !== null) states.set(key, state);
    const at = place * 100;
    const reach = drawInteger(random, 1, 8) * 50;
    const invokedNs = Math.max(at - Math.floor(reach * drawFraction(random)), place < 8 ? at : 800);
    return {
      client: place % 8,
      call: one,
      invokedNs,
      returnedNs: at + 1 + reach,
      answer: heard,
      index: 'code' in heard ? null : place + 1,
    };
  });
}

test('metadata: both checkers accept what a perfect cluster answers, and find what is planted into it', () => {
  let planted = 0;
  for (let seed = 1; seed <= 5; seed += 1) {
    const examination = examine(perfectHistory(seed, 1_500), metadataModel);
    assert.equal([examination.illegal, examination.unknown], [0, 0]);
    assert.equal([examination.objections, examination.missed], [[], []]);
    assert.ok(examination.searched >= 9);
    planted += examination.planted;
  }
  assert.ok(planted > 50, `only ${planted} planted`);
});

test('each defect that can be planted is', () => {
  const history = perfectHistory(9, 3_000).filter(({ call: made }) => metadataModel.keyOf(made) === 'broker 11');
  const start = metadataModel.initial('broker 11');
  for (const defect of ['staleRead', 'lostWrite', 'doubledWrite', 'lyingIndex'] as const) {
    const broken = must(plant(defect, history, metadataModel, start), defect);
    const seen = checkBySearch(broken, metadataModel, start).kind;
    assert.equal([defect, seen], [defect, defect === 'lyingIndex' ? 'legal' : 'illegal']);
    const position = { states: new Map([['broker 11', start]]), changes: 0 };
    assert.is(checkCertificate(broken, metadataModel, position).verdict.kind, 'illegal', defect);
  }
});

test.run();
