/** `conclave bench`: flags and exit codes are the benchmark's own, and an installation without one says so. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CommandError } from '../../src/cli/errors.js';
import { runProgram } from '../../src/cli/programs.js';
import { runCommand } from '../support/command.js';

const test = suite('conclave bench');

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conclave-cli-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

test('--help is the help of the benchmark, with its exit codes', async () => {
  const { exitCode, stdout } = await runCommand(['bench', '--help']);
  assert.is(exitCode, 0);
  for (const word of ['--quick', '--only', '--json', '--compare', '--threshold', '--charts', 'Exit codes:']) {
    assert.ok(stdout.includes(word), word);
  }
});

test('a wrong flag is one line on stderr and exit 2, before anything is measured', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['bench', '--only', 'clients,latency']);
  assert.is(exitCode, 2);
  assert.match(stderr, /^bench: .*'latency' is no question; there are start, .*\n$/);
  assert.is(stdout, '');
});

test('a file to compare with that is none is refused before anything is measured', async () => {
  const { exitCode, stderr } = await runCommand(['bench', '--compare', 'package.json']);
  assert.is(exitCode, 2);
  assert.match(stderr, /^bench: package\.json is not what --json writes\n$/);
});

test('a run: its figures, what has changed, the goals last; all of it in a file', async () => {
  const [before, now] = [join(folder, 'before.json'), join(folder, 'now.json')];
  const threadsBefore = { question: 'start', name: 'nine bare threads up', value: 0.001, unit: 'ms', note: '' };
  await writeFile(
    before,
    JSON.stringify({ startedAt: 'once', machine: {}, configuration: {}, figures: [threadsBefore] }),
  );
  const words = ['bench', '--quick', '--only', 'start', '--compare', before, '--json', now];
  const { exitCode, stdout, stderr } = await runCommand(words);
  assert.is(stderr, '');
  assert.is(exitCode, 1, 'threads were never started in a microsecond');
  assert.match(stdout, /start +nine bare threads up +0\.001 ms .* worse\n/);
  assert.match(stdout, /\nWORK +REACHED +GOAL\nthree nodes ready, in times of nine bare threads .* x +<= 2 x .*\n$/);
  const run = JSON.parse(await readFile(now, 'utf8')) as {
    machine: object;
    figures: { question: string; name: string }[];
  };
  assert.ok('cpu' in run.machine);
  assert.equal([...new Set(run.figures.map(({ question }) => question))], ['start']);
});

test('without the program the command names what is missing', async () => {
  const { signal } = new AbortController();
  const error = await runProgram('/nowhere/run.js', [], signal).catch((thrown: unknown) => thrown);
  assert.instance(error, CommandError);
  assert.match((error as CommandError).message, /lacks a program: \/nowhere\/run\.js is missing/);
});

test.run();
