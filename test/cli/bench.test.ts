/** `conclave bench`: flags and exit codes are the benchmark's own, and an installation without one says so. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bench } from '../../src/cli/bench.js';
import { CommandError } from '../../src/cli/errors.js';
import { runCommand } from '../support/command.js';

const test = suite('conclave bench');

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

test('without the benchmark the command names what is missing', async () => {
  const { signal } = new AbortController();
  const error = await bench([], signal, '/nowhere/run.js').catch((thrown: unknown) => thrown);
  assert.instance(error, CommandError);
  assert.match((error as CommandError).message, /no benchmark: \/nowhere\/run\.js is missing/);
});

test.run();
