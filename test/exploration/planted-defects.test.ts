/**
 * Can exploration see? Each known way to get Raft wrong, planted into a copy of the core, has to be found by the harm
 * it does to the cluster: no turn is checked by itself here. The shortest way to the harm is printed.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { occurrences, withDefect } from './defective-explorer.js';
import { PLANTED_DEFECTS } from './planted-defects.js';
import { SCENARIOS } from './scenarios.js';

const MAXIMUM_STATES = 400_000;

const test = suite('planted defects');

for (const defect of PLANTED_DEFECTS) {
  test(`is found: ${defect.name}`, async () => {
    assert.is(occurrences(defect), 1, `in ${defect.file}.js occurs exactly once: ${defect.text}`);
    const scenario = must(
      SCENARIOS.find(({ name }) => name === defect.scenario),
      'the scenario of the defect',
    );
    const { counterexample, states } = await withDefect(defect, (search) =>
      search(scenario, { maximumStates: MAXIMUM_STATES, checks: 'cluster' }),
    );
    assert.ok(counterexample, `nothing is wrong with ${states} states`);
    console.log(`${defect.name}\n${scenario.name}: ${scenario.about}; ${states} states`);
    console.log(`${counterexample.trace.join('\n')}\n`);
  });
}

test.run();
