/**
 * Can the faulty disk see? Each known way to lose what storage has promised, planted into a copy of it, must show: by a
 * crash at some disk call of one node, or in the simulation.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { occurrences, withDefect } from './defective-core.js';
import { SEEDED_STORAGE_DEFECTS, type SeededStorageDefect } from './seeded-storage-defects.js';

const MAXIMUM_SEEDS = 1000;

const test = suite('seeded storage defects');
const found: string[] = [];

async function failureWith(defect: SeededStorageDefect): Promise<string | null> {
  return withDefect(defect, ({ simulate, crashAtEveryCall }) => {
    if (defect.crashes !== undefined) return crashAtEveryCall(1, defect.crashes).failure;
    for (let seed = 1; seed <= MAXIMUM_SEEDS; seed += 1) {
      const { failure } = simulate({ seed });
      if (failure !== undefined) return `seed ${seed}: ${failure.message}`;
    }
    return null;
  });
}

for (const defect of SEEDED_STORAGE_DEFECTS) {
  test(`is found: ${defect.name}`, async () => {
    assert.is(occurrences(defect), 1, `in ${defect.file}.js occurs exactly once: ${defect.text}`);
    const failure = await failureWith(defect);
    assert.ok(failure !== null, 'nothing showed it');
    found.push(`${defect.name}\n  ${failure.slice(0, 200)}`);
  });
}

test.after(() => {
  console.log(found.join('\n'));
});

test.run();
