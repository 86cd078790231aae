/** The command `npm run simulate`: what it says and its exit codes; the simulator itself is tested beside it. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readArguments } from '../../src/simulation/command/arguments.js';
import { replayCommand } from '../../src/simulation/command/replay.js';

const test = suite('simulate command');

const command = fileURLToPath(new URL('../../src/simulation/command/main.js', import.meta.url));

function run(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [command, ...words], { encoding: 'utf8' });
}

test('seeds run on threads, some of them twice, and the summary counts them', () => {
  const { status, stdout } = run('--seeds', '3', '--from', '5', '--nodes', '3', '--threads', '2');
  assert.is(status, 0);
  assert.match(stdout, /^3 seeds, \d+ counted, 0 failed$/m);
  assert.match(stdout, /; 1 seeds ran again in another thread$/m);
});

test('as JSON the summary is one object', () => {
  const { status, stdout } = run('--seeds', '1', '--nodes', '3', '--threads', '1', '-o', 'json');
  assert.is(status, 0);
  const { seeds, failures, checksRun } = JSON.parse(stdout) as { seeds: number; failures: []; checksRun: number };
  assert.equal([seeds, failures], [1, []]);
  assert.ok(checksRun > 0);
});

test('a replay prints the last lines of what happened, then the result', () => {
  const { status, stdout } = run('--replay', '5', '--nodes', '3', '--lines', '4', '--only', 'none');
  assert.is(status, 0);
  const end = stdout.indexOf('\n{\n');
  assert.is(stdout.slice(0, end).split('\n').length, 4);
  assert.is((JSON.parse(stdout.slice(end)) as { seed: number }).seed, 5);
});

test('help is no failure; what makes no sense is told with the usage', () => {
  const { status, stdout } = run('--help');
  assert.is(status, 0);
  assert.match(stdout, /^Usage: npm run simulate/);
  const refused = run('--seeds', '0');
  assert.is(refused.status, 2);
  assert.match(refused.stderr, /--seeds takes a whole number from 1 to 4294967295, not 0\n\nUsage:/);
});

test('each argument is read, and refused by name', () => {
  const read = (text: string): ReturnType<typeof readArguments> => readArguments(text === '' ? [] : text.split(' '));
  const parts = (text: string): unknown => {
    const given = read(text);
    return typeof given === 'string' ? given : [given.seeds, given.minutes, given.nodes, given.threads, given.replay];
  };
  assert.equal(parts(''), [1_000, Infinity, null, 2, null]);
  assert.equal(parts('--minutes 0.5 --nodes 3..5'), [2 ** 32 - 1, 0.5, { from: 3, to: 5 }, 2, null]);
  assert.equal(parts('--replay 9 --nodes 4 --threads 1'), [1_000, Infinity, { from: 4, to: 4 }, 1, 9]);
  for (const [text, name] of [
    ['--minutes 0', /--minutes takes/],
    ['--nodes 5..3', /--nodes takes/],
    ['--nodes 8', /--nodes takes/],
    ['--only x', /--only takes/],
    ['--output yaml', /--output takes/],
    ['--threads 1.5', /--threads takes/],
    ['--sedes 1', /--sedes/],
  ] as const) {
    const refusal = read(text);
    assert.match(typeof refusal === 'string' ? refusal : 'it is taken', name);
  }
});

test('a replay is told in full', () => {
  assert.is(replayCommand(7), 'npm run simulate -- --replay 7');
  assert.is(replayCommand(7, { from: 3, to: 3 }), 'npm run simulate -- --replay 7 --nodes 3');
  assert.is(
    replayCommand(7, { from: 3, to: 5 }, [1, 2, 3, 9]),
    'npm run simulate -- --replay 7 --nodes 3..5 --only 1-3,9',
  );
});

test.run();
