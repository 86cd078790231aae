/**
 * The metadata state machine under drawn operations, half of which break a rule: against the plain model of the rules,
 * against its own invariants, and against itself in other batches and through a snapshot.
 */
import fc from 'fast-check';
import { findViolations } from '../../../src/metadata/invariants.js';
import { createMetadataMachine, type MetadataMachine } from '../../../src/metadata/metadata-state-machine.js';
import { createRandom, drawInteger } from '../../../src/random.js';
import { canonicalJson, joinBytes } from '../../../src/state-machine/canonical-json.js';
import { anyHistory } from '../../metadata/arbitrary-operations.js';
import { modelAnswerOf } from '../../metadata/model-answer.js';
import { NaiveMetadata, type AnyOperation } from '../../metadata/naive-model.js';
import { placedIn } from '../../metadata/placement/flaws.js';
import { demand } from './finding.js';

const LARGEST_BATCH = 12;

export function operate(seed: number): void {
  const [operations = []] = fc.sample(anyHistory, { seed, numRuns: 1 });
  const singly = followModel(operations);
  const batched = applyInBatches(operations, seed);
  demand(singly.digest() === batched.digest(), 'equal states', () => 'other batches and a snapshot give another state');
}

function followModel(operations: readonly AnyOperation[]): MetadataMachine {
  const machine = createMetadataMachine();
  const model = new NaiveMetadata();
  for (const [place, operation] of operations.entries()) {
    const answer = applyBatch(machine, [operation], place + 1)[0];
    const expected = model.apply(operation, place + 1, placedIn(machine));
    const shown = JSON.stringify(operation);
    const told = answer === undefined ? undefined : modelAnswerOf(answer);
    demand(canonicalJson(told) === canonicalJson(expected), 'metadata rules', () => `${canonicalJson(told)}: ${shown}`);
    demand(canonicalJson(machine.dump()) === canonicalJson(model.state), 'metadata rules', () => `state: ${shown}`);
    const violations = findViolations(machine.image(), machine.replicas());
    demand(violations.length === 0, 'metadata invariants', () => `${violations.join(', ')}: ${shown}`);
  }
  return machine;
}

function applyInBatches(operations: readonly AnyOperation[], seed: number): MetadataMachine {
  const random = createRandom(seed);
  let machine = createMetadataMachine();
  for (let start = 0; start < operations.length;) {
    const size = drawInteger(random, 1, LARGEST_BATCH);
    applyBatch(machine, operations.slice(start, start + size), start + 1);
    start += size;
    if (drawInteger(random, 0, 3) > 0) continue;
    const restored = createMetadataMachine();
    restored.restore(joinBytes(machine.capture().serialize()));
    machine = restored;
  }
  return machine;
}

function applyBatch(machine: MetadataMachine, operations: readonly AnyOperation[], firstIndex: number) {
  machine.begin();
  const answers = operations.map((operation, place) =>
    machine.apply(new TextEncoder().encode(JSON.stringify(operation)), { index: firstIndex + place }),
  );
  machine.end();
  return answers;
}
