/** One seed with all its checks: what the gate runs many of, and a test runs few of. */
import { must } from '../../src/assert.js';
import { withDataDir } from '../support/data-dirs.js';
import { examine, type Examination } from './examine.js';
import { metadataModel } from './metadata-model.js';
import { recordRun, type RecordedRun, type RunOptions } from './run.js';

export interface ExaminedRun {
  readonly run: RecordedRun;
  readonly examination: Examination<string>;
  /** One line for each thing that is wrong; empty for a run that is as it should be. */
  readonly problems: readonly string[];
}

/** Sizes and kinds of clusters, by seed: a third each, and a quarter of each on files. */
const SIZES = [3, 5, 7];
const FILES_EVERY = 4;

type SeedOptions = Pick<RunOptions, 'seed' | 'operations' | 'log'>;

export function nodesOf(seed: number): number {
  return SIZES[seed % SIZES.length] ?? 3;
}

export async function examineSeed(options: SeedOptions): Promise<ExaminedRun> {
  const nodes = nodesOf(options.seed);
  if (options.seed % FILES_EVERY !== 0) return examineRun(await recordRun({ ...options, nodes, dataDir: null }));
  const results: ExaminedRun[] = [];
  await withDataDir(async (dataDir) => {
    results.push(examineRun(await recordRun({ ...options, nodes, dataDir })));
  });
  return must(results[0], 'the body has run');
}

function examineRun(run: RecordedRun): ExaminedRun {
  const examination = examine(run.history, metadataModel);
  const problems = [...examination.objections, ...run.violations, ...examination.missed];
  return { run, examination, problems };
}
