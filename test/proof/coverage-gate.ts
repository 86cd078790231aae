/**
 * G17: what the tests execute, and what they notice. Of every change the core's coverage and a sample of its mutants;
 * the long run covers every folder, with the threads, and tries every mutant.
 */
import { measureCoverage, type FolderCoverage } from '../coverage/measure.js';
import { runMutation } from '../mutation/mutation-run.js';
import { createRandom } from '../../src/random.js';
import type { Gate, GateOptions, GateRow } from './gate.js';

const SAMPLE = 60;
const SEED = 1;
const MIN_SCORE = 90;

export const gate: Gate = async (options) => [coverageRow(options), await mutationRow(options)];

function coverageRow({ long, progress, tell }: GateOptions): GateRow {
  progress(long ? 'all tests under coverage' : 'the tests of the core under coverage');
  const { testsPassed, tests, folders } = measureCoverage({ core: !long });
  if (!testsPassed) tell(`under coverage: ${tests}`);
  for (const { folder, lines, branches, passed } of folders) {
    if (!passed) tell(`${folder}: ${lines.toFixed(1)} % of lines, ${branches.toFixed(1)} % of branches`);
  }
  return {
    gate: 'G17',
    goal: `core: 100 % of lines, 98 % of branches${long ? '; elsewhere 90 % of lines' : ''}`,
    reached: reachedText(folders),
    anchor: 'openraft: 92 % of lines',
    passed: testsPassed && folders.length > 0 && folders.every(({ passed }) => passed),
  };
}

function reachedText(folders: readonly FolderCoverage[]): string {
  const texts = folders
    .filter(({ folder }) => folder === 'src/raft')
    .map(({ lines, branches }) => `core: ${lines.toFixed(1)} % of lines, ${branches.toFixed(1)} % of branches`);
  const elsewhere = folders.filter(({ folder }) => folder !== 'src/raft').map(({ lines }) => lines);
  if (elsewhere.length > 0) texts.push(`elsewhere at least ${Math.min(...elsewhere).toFixed(1)} % of lines`);
  return texts.join('; ');
}

async function mutationRow({ long, progress, tell }: GateOptions): Promise<GateRow> {
  const report = await runMutation({ sample: long ? Infinity : SAMPLE, random: createRandom(SEED) }, progress);
  for (const name of report.unexplained) tell(`survived: ${name}`);
  return {
    gate: 'G17',
    goal: long
      ? `${MIN_SCORE} % of all mutants of the core noticed, each other one explained`
      : `${MIN_SCORE} % of a sample of ${SAMPLE} mutants of the core noticed, each other one listed`,
    reached:
      `${report.killed} of ${report.tried}: ${report.score.toFixed(1)} %, ` +
      `${report.unexplained.length} not listed, ${report.open.length} not explained yet`,
    anchor: 'none states a mutation score',
    passed: report.score >= MIN_SCORE && report.unexplained.length + (long ? report.open.length : 0) === 0,
  };
}
