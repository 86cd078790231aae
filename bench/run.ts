/**
 * The benchmark: `node dist/bench/run.js [--only NAME[,NAME]] [--quick] [--json FILE]`. Runs the questions of this
 * folder one after another, each alone on the machine, and prints one table with the machine and the settings. Exit
 * code 1 when a goal was missed, 2 for wrong usage.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { measureDurability } from './durability.js';
import { measureFailover } from './failover.js';
import { goalText, isMet, reachedText } from './figure.js';
import type { Figure } from './figure.js';
import { measureFloor } from './floor.js';
import { measureMillionPartitions } from './million-partitions.js';
import { measureRecovery } from './recovery.js';
import { measureSnapshot } from './snapshot.js';
import { measureStateMachine } from './state-machine.js';
import { measureStateSize } from './state-size.js';
import { measureStart } from './start.js';
import { measureThroughput } from './throughput.js';

const questions = new Map([
  ['floor', measureFloor],
  ['start', measureStart],
  ['failover', measureFailover],
  ['throughput', measureThroughput],
  ['durability', measureDurability],
  ['snapshot', measureSnapshot],
  ['recovery', measureRecovery],
  ['state-machine', measureStateMachine],
  ['state-size', measureStateSize],
  ['million-partitions', measureMillionPartitions],
]);

interface Settings {
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly json: string | undefined;
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const only = values.only?.flatMap((names) => names.split(',')) ?? [...questions.keys()];
  const unknown = only.find((name) => !questions.has(name));
  if (unknown !== undefined) throw new TypeError(`unknown question '${unknown}': ${[...questions.keys()].join(', ')}`);
  return { only, quick: values.quick, json: values.json };
}

/** Where the figures hold. */
function describeRun({ quick }: Settings): Record<string, string | number | boolean> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    clusterNodes: 3,
    durability: 'memory unless said',
    quick,
  };
}

/** One line on stderr that is written over and over; nothing where no one watches. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function answerAll({ only, quick }: Settings): Promise<Map<string, Figure[]>> {
  const answers = new Map<string, Figure[]>();
  for (const [name, measure] of questions) {
    if (!only.includes(name)) continue;
    showProgress(`${name} …`);
    answers.set(name, await measure({ quick }));
  }
  showProgress('');
  return answers;
}

function verdict(figure: Figure): string {
  if (figure.goal === undefined) return '';
  return isMet(figure) ? 'ok' : 'missed';
}

function printTable(answers: ReadonlyMap<string, readonly Figure[]>): void {
  const table = new Table({
    head: ['question', 'figure', 'goal', 'reached', '', 'note'],
    colAligns: ['left', 'left', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, figures] of answers) {
    for (const figure of figures) {
      table.push([name, figure.name, goalText(figure), reachedText(figure), verdict(figure), figure.note]);
    }
  }
  console.log(table.toString());
}

function usageError(error: unknown): never {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}

let settings: Settings;
try {
  settings = readSettings();
} catch (error) {
  usageError(error);
}
const startedAt = new Date().toISOString();
const run = describeRun(settings);
const answers = await answerAll(settings);
const line = Object.entries(run).map(([name, value]) => `${name} ${value}`);
console.log(line.join(' · '));
printTable(answers);
if (settings.json !== undefined) {
  const figures = [...answers].flatMap(([question, answered]) => {
    return answered.map((figure) => ({ question, ...figure, ...(figure.goal && { met: isMet(figure) }) }));
  });
  writeFileSync(settings.json, `${JSON.stringify({ startedAt, run, figures }, null, 2)}\n`);
}
if ([...answers.values()].flat().some((figure) => !isMet(figure))) process.exitCode = 1;
