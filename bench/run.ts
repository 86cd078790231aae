/**
 * The benchmark: `npm run bench -- [flags]` or `conclave bench [flags]`; `--help` tells them and the exit codes. Runs
 * the questions of this folder one after another, each alone on the machine, and prints all figures with the machine
 * and the settings, and at the end the goals.
 */
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { coloursFor, type Colours } from '../src/cli/screen.js';
import { endWithReader } from '../src/closed-output.js';
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
  /** Questions that ended in an error. */
  readonly failed: readonly string[];
  readonly figures: readonly Answer[];
}

const names = questions.map(({ name }) => name);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal])); // what was started ends with `exit`
}
endWithReader('bench');
process.exitCode = await main();

async function main(): Promise<number> {
  let settings: Settings | undefined;
  let before: Run | null;
  try {
    settings = parseSettings(process.argv.slice(2), names, (text) => process.stdout.write(text));
    if (settings === undefined) return ExitCode.ok;
    before = openFiles(settings);
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    return ExitCode.usage;
  }
  const asked = questionsFor(settings);
  const run: Run = { ...describeCircumstances(settings.quick), ...(await answerAll(asked, settings.quick)) };
  writeFiles(run, settings);
  const isMissed = run.figures.some((figure) => !isMet(figure));
  const isWorse = report(run, before, settings);
  return run.failed.length > 0 || (before === null ? isMissed : isWorse) ? ExitCode.worse : ExitCode.ok;
}

/** Whatever is wrong with a file is told before anything is measured. Answers the run to compare with. */
function openFiles({ compare, charts, json }: Settings): Run | null {
  const before = compare === null ? null : readRun(compare);
  if (charts !== null) mkdirSync(charts, { recursive: true });
  if (json !== null) closeSync(openSync(json, 'a'));
  return before;
}

/** Prints all; whether a figure is worse than before by more than the threshold. */
function report(run: Run, before: Run | null, { only, thresholdPercent }: Settings): boolean {
  const colours = coloursFor(process.stdout, process.env);
  console.log(`${circumstancesText(run)}\n\n${figureTable(run.figures, colours)}`);
  const isWorse = before === null ? false : printChanges(before, run, thresholdPercent, colours);
  const leftOut = only === null ? names.filter((name) => !(name in run.seconds)) : [];
  if (leftOut.length > 0) console.log(`\nnot part of a quick run: ${leftOut.join(', ')}`);
  console.log(`\n${goalTable(run.figures, colours)}`);
  return isWorse;
}

/** What has no goal is left out of a quick run, unless it is asked for by name. */
function questionsFor({ only, quick }: Settings): readonly Question[] {
  if (only !== null) return questions.filter(({ name }) => only.includes(name));
  return questions.filter(({ quickSeconds }) => !quick || quickSeconds !== null);
}

async function answerAll(
  asked: readonly Question[],
  quick: boolean,
): Promise<Pick<Run, 'seconds' | 'failed' | 'figures'>> {
  const steps = asked.map(({ name, seconds, quickSeconds }) => {
    return { name, seconds: quick ? (quickSeconds ?? seconds / 5) : seconds };
  });
  const progress = createProgress(process.stderr, steps);
  const figures: Answer[] = [];
  const seconds: Record<string, number> = {};
  const failed: string[] = [];
  try {
    for (const [step, { name, measure }] of asked.entries()) {
      progress.begin(step);
      const startedAt = performance.now();
      try {
        const answered = await measure({ quick });
        figures.push(...answered.map((figure) => ({ question: name, ...figure })));
      } catch (error) {
        // The others are not to be lost after minutes.
        failed.push(name);
        figures.push({ question: name, name: `${name} failed`, value: Number.NaN, unit: 'x', note: String(error) });
      }
      seconds[name] = Number(((performance.now() - startedAt) / 1000).toFixed(1));
    }
  } finally {
    progress.end();
  }
  return { seconds, failed, figures };
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

function printChanges(before: Run, now: Run, thresholdPercent: number, colours: Colours): boolean {
  const changes = compareAnswers(before.figures, now.figures, thresholdPercent);
  console.log(`\nsince ${circumstancesText(before)}\n\n${changeTable(changes, colours)}`);
  const worse = changes.filter(({ verdict }) => verdict === 'worse').length;
  console.log(`\n${worse} of ${changes.length} figures worse by more than ${thresholdPercent} %`);
  return worse > 0;
}
