/**
 * Can the simulator see? Each known way to get Raft wrong, planted into a copy of the core, must make a checker fire.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { occurrences, withDefect } from './defective-core.js';
import { SEEDED_DEFECTS, type SeededDefect } from './seeded-defects.js';

const MAXIMUM_SEEDS = 1000;

const test = suite('seeded defects');
const found: string[] = [];

async function seedsUntilFound(
  defect: SeededDefect,
): Promise<{ readonly seeds: number; readonly check: string } | null> {
  return withDefect(defect, ({ simulate }) => {
    for (let seed = 1; seed <= MAXIMUM_SEEDS; seed += 1) {
      const { failure } = simulate(defect.nodes === undefined ? { seed } : { seed, nodes: defect.nodes });
      if (failure !== undefined) return { seeds: seed, check: failure.check };
    }
    return null;
  });
}

for (const defect of SEEDED_DEFECTS) {
  test(`is found within ${MAXIMUM_SEEDS} seeds: ${defect.name}`, async () => {
    assert.is(occurrences(defect), 1, `in ${defect.file}.js occurs exactly once: ${defect.text}`);
    const result = await seedsUntilFound(defect);
    assert.ok(result, `no checker fired in ${MAXIMUM_SEEDS} seeds`);
    found.push(`${String(result.seeds).padStart(4)} seeds  ${result.check.padEnd(24)}  ${defect.name}`);
  });
}

test.after(() => {
  console.log(found.join('\n'));
});

test.run();
