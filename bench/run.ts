/**
 * The benchmark: `npm run bench -- [flags]` or `conclave bench [flags]`; `--help` tells them and the exit codes. Runs
 * the questions of this folder one after another, each alone on the machine, and prints all figures with the machine
 * and the settings, and at the end the goals.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { coloursFor, type Colours } from '../src/cli/screen.js';
import { drawCharts } from './charts.js';
import { compareAnswers, type Answer } from './compare.js';
import { isMet } from './figure.js';
import { circumstancesText, describeCircumstances, type Circumstances } from './machine.js';
import { createProgress } from './progress.js';
import { questions, type Question } from './questions.js';
import { ExitCode, parseSettings, type Settings } from './settings.js';
import { changeTable, figureTable, goalTable } from './tables.js';

interface Run extends Circumstances {
  /** How long each question took. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly figures: readonly Answer[];
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal])); // what was started ends with `exit`
}
process.exitCode = await main();

async function main(): Promise<number> {
  const names = questions.map(({ name }) => name);
  let settings: Settings | undefined;
  let before: Run | null;
  try {
    settings = parseSettings(process.argv.slice(2), names, (text) => process.stdout.write(text));
    if (settings === undefined) return ExitCode.ok;
    before = settings.compare === null ? null : readRun(settings.compare);
    if (settings.charts !== null) mkdirSync(settings.charts, { recursive: true });
    if (settings.json !== null) writeFileSync(settings.json, ''); // not after ten minutes
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    return ExitCode.usage;
  }
  const circumstances = describeCircumstances(settings.quick);
  const asked = questionsFor(settings);
  const run: Run = { ...circumstances, ...(await answerAll(asked, settings.quick)) };
  const { figures } = run;
  const colours = coloursFor(process.stdout, process.env);
  console.log(`${circumstancesText(run)}\n\n${figureTable(figures, colours)}`);
  writeFiles(run, settings);
  const isWorse = before === null ? false : printChanges(before, run, settings.thresholdPercent, colours);
  const leftOut =
    settings.only === null ? names.filter((name) => asked.every((question) => question.name !== name)) : [];
  if (leftOut.length > 0) console.log(`\nnot part of a quick run: ${leftOut.join(', ')}`);
  console.log(`\n${goalTable(figures, colours)}`);
  const failed = before === null ? figures.some((figure) => !isMet(figure)) : isWorse;
  return failed ? ExitCode.worse : ExitCode.ok;
}

/** What has no goal is left out of a quick run, unless it is asked for by name. */
function questionsFor({ only, quick }: Settings): readonly Question[] {
  if (only !== null) return questions.filter(({ name }) => only.includes(name));
  return questions.filter(({ quickSeconds }) => !quick || quickSeconds !== null);
}

async function answerAll(asked: readonly Question[], quick: boolean): Promise<Pick<Run, 'seconds' | 'figures'>> {
  const steps = asked.map(({ name, seconds, quickSeconds }) => {
    return { name, seconds: quick ? (quickSeconds ?? seconds / 5) : seconds };
  });
  const progress = createProgress(process.stderr, steps);
  const figures: Answer[] = [];
  const seconds: Record<string, number> = {};
  try {
    for (const [step, { name, measure }] of asked.entries()) {
      progress.begin(step);
      const startedAt = performance.now();
      const answered = await measure({ quick });
      figures.push(...answered.map((figure) => ({ question: name, ...figure })));
      seconds[name] = Number(((performance.now() - startedAt) / 1000).toFixed(1));
    }
  } finally {
    progress.end();
  }
  return { seconds, figures };
}

function writeFiles(run: Run, { json, charts }: Settings): void {
  if (json !== null) {
    const figures = run.figures.map((figure) => ({ ...figure, ...(figure.goal && { met: isMet(figure) }) }));
    writeFileSync(json, `${JSON.stringify({ ...run, figures }, null, 2)}\n`);
  }
  if (charts === null) return;
  for (const [name, svg] of drawCharts(run.figures)) writeFileSync(join(charts, name), svg);
}

function readRun(path: string): Run {
  const run: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof run === 'object' && run !== null && 'figures' in run && Array.isArray(run.figures)) return run as Run;
  throw new TypeError(`${path} is not what --json writes`);
}

/** Whether a figure is worse than the threshold allows. */
function printChanges(before: Run, now: Run, thresholdPercent: number, colours: Colours): boolean {
  const changes = compareAnswers(before.figures, now.figures, thresholdPercent);
  console.log(`\nsince ${circumstancesText(before)}\n\n${changeTable(changes, colours)}`);
  const worse = changes.filter(({ verdict }) => verdict === 'worse').length;
  console.log(`\n${worse} of ${changes.length} figures worse by more than ${thresholdPercent} %`);
  return worse > 0;
}
