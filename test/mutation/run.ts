/**
 * Mutation testing of the core: `npm run mutate -- [--sample N] [--seed S] [--files PART]`. Prints the score and every
 * mutant that no suite of `test/raft` notices. They are listed in `survivors.txt`, with the reason or as open: exit
 * code 1 when one is not.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/random.js';
import { runMutation } from './mutation-run.js';

const { values } = parseArgs({
  options: {
    sample: { type: 'string', default: 'all' },
    seed: { type: 'string', default: '1' },
    files: { type: 'string', default: '' },
  },
});
const sample = values.sample === 'all' ? Infinity : Number(values.sample);

const report = await runMutation({ sample, random: createRandom(Number(values.seed)), files: values.files }, (line) => {
  if (process.stdout.isTTY) process.stdout.write(`\r${line}`);
});
console.log(`${report.killed} of ${report.tried} mutants noticed: ${report.score.toFixed(1)} %`);
console.log(`${report.of} in all; in assertions, not made: ${report.leftOut}`);
for (const name of report.explained) console.log(`explained  ${name}`);
for (const name of report.open) console.log(`open       ${name}`);
for (const name of report.unexplained) console.log(`SURVIVED   ${name}`);
for (const name of report.outdated) console.log(`outdated   ${name}: take it out of survivors.txt`);
process.exitCode = report.unexplained.length > 0 ? 1 : 0;
