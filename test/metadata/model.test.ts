/**
 * Every operation against a naive model of the rules, with the invariants checked after each; then replay and
 * snapshots.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalJson, joinBytes } from '../../src/state-machine/canonical-json.js';
import { createMetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import { anyHistory, OPERATION_TYPES } from './arbitrary-operations.js';
import { createTester, encodeJson } from './metadata-tester.js';
import { codesIn, modelAnswerOf } from './model-answer.js';
import type { AnyOperation } from './naive-model.js';
import { NaiveMetadata } from './naive-model.js';
import { placedIn } from './placement/flaws.js';

const test = suite('metadata: model');

test('each operation answers and changes what the rules say', () => {
  const accepted = new Set<string>();
  const rejectedWith = new Map<string, Set<string>>();
  fc.assert(
    fc.property(anyHistory, (operations) => {
      const tester = createTester();
      const model = new NaiveMetadata();
      for (const [place, operation] of operations.entries()) {
        const answer = tester.applyAny(operation);
        const expected = model.apply(operation, place + 1, placedIn(tester.machine));
        const shown = JSON.stringify(operation);
        for (const code of codesIn(expected)) {
          rejectedWith.set(operation.type, (rejectedWith.get(operation.type) ?? new Set()).add(code));
        }
        if ('value' in expected) accepted.add(operation.type);
        assert.is(canonicalJson(modelAnswerOf(answer)), canonicalJson(expected), shown);
        assert.is(canonicalJson(tester.machine.dump()), canonicalJson(model.state), shown);
      }
    }),
    { numRuns: 80, seed: 1, includeErrorInReport: true },
  );
  assert.equal([...accepted].sort(), [...OPERATION_TYPES].sort(), 'every operation was accepted at least once');
  assert.equal([...rejectedWith.keys()].sort(), [...OPERATION_TYPES].sort(), 'and rejected at least once');
});

test('the same operations in other batches, and through a snapshot, come to the same digest', () => {
  fc.assert(
    fc.property(anyHistory, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (operations, sizes) => {
      const singly = createMetadataMachine();
      operations.forEach((operation, place) => applyBatch(singly, [operation], place + 1));

      let batched = createMetadataMachine();
      for (let start = 0, batch = 0; start < operations.length; batch += 1) {
        const size = sizes[batch % sizes.length] ?? 1;
        applyBatch(batched, operations.slice(start, start + size), start + 1);
        start += size;
        if (batch % 3 === 1) {
          const restored = createMetadataMachine();
          restored.restore(joinBytes(batched.capture().serialize()));
          assert.is(restored.digest(), batched.digest());
          batched = restored;
        }
      }
      assert.is(batched.digest(), singly.digest());
      assert.equal(joinBytes(batched.capture().serialize()), joinBytes(singly.capture().serialize()));
    }),
    { numRuns: 100, seed: 2 },
  );
});

test('answers of a batch are what the same operations answer one by one', () => {
  fc.assert(
    fc.property(anyHistory, (operations) => {
      const one = createMetadataMachine();
      const other = createMetadataMachine();
      const singly = operations.flatMap((operation, place) => applyBatch(one, [operation], place + 1));
      assert.is(canonicalJson(applyBatch(other, operations, 1)), canonicalJson(singly));
    }),
    { numRuns: 50, seed: 3 },
  );
});

function applyBatch(
  machine: ReturnType<typeof createMetadataMachine>,
  operations: readonly AnyOperation[],
  firstIndex: number,
): unknown[] {
  machine.begin();
  const answers = operations.map((operation, place) =>
    machine.apply(encodeJson(operation), { index: firstIndex + place }),
  );
  machine.end();
  return answers;
}

test.run();
