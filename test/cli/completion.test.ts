/** The completion scripts: bash completes with the real shell; zsh and fish are tried where they are installed. */
import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { CommandError } from '../../src/cli/errors.js';

const test = suite('completion');

function script(shell: string): string {
  const request = parseCommandLine(['completion', shell], { stdout: () => undefined, columns: 100 });
  if (request?.command === 'completion') return request.script;
  throw new Error('no completion');
}

/** What bash proposes for the last of these words. */
function proposed(...words: string[]): string[] {
  const asked = words.map((word) => `'${word}'`).join(' ');
  const program = `${script('bash')}
COMP_WORDS=(conclave ${asked}); COMP_CWORD=${words.length}; _conclave; echo "\${COMPREPLY[*]}"`;
  const { status, stdout, stderr } = spawnSync('/bin/bash', ['-c', program], { encoding: 'utf8' });
  assert.equal([status, stderr], [0, '']);
  return stdout.split(/\s+/).filter((word) => word !== '');
}

test('bash: nouns, their verbs, their options, and the values that there are', () => {
  assert.equal(proposed('to'), ['topic']);
  assert.equal(proposed('topic', ''), ['list', 'describe', 'create', 'delete', 'alter', '-h', '--help']);
  assert.equal(proposed('topic', 'create', '--pa'), ['--partitions']);
  assert.equal(proposed('topic', 'create', 'orders', '--re'), ['--replication-factor']);
  assert.equal(proposed('topic', 'list', '-o', ''), ['table', 'wide', 'json']);
  assert.equal(proposed('topic', 'list', '--output', 'j'), ['json']);
  assert.equal(proposed('topic', 'list', '--url', ''), [], 'any text');
  assert.equal(proposed('up', '--top'), ['--topics']);
  assert.equal(proposed('completion', ''), ['bash', 'zsh', 'fish', '-h', '--help']);
  assert.equal(proposed('log', 'd'), ['dump']);
});

const syntax: Readonly<Record<string, readonly string[]>> = { bash: ['-n'], zsh: ['-n'], fish: ['--no-execute'] };

for (const [shell, flags] of Object.entries(syntax)) {
  test(`${shell}: every verb is there, and the shell can read it`, () => {
    const text = script(shell);
    for (const word of ['describe', 'reassign', 'transfer', 'partition', 'inspect', 'simulate', 'wide']) {
      assert.ok(text.includes(word), word);
    }
    const { error, status, stderr } = spawnSync(shell, flags, { input: text, encoding: 'utf8' });
    if (error !== undefined) console.log(`skipped: ${shell} reads its script: there is no ${shell}`);
    else assert.equal([status, stderr], [0, '']);
  });
}

test('another shell is refused with the names of those that there are', () => {
  try {
    script('csh');
    assert.unreachable('accepted');
  } catch (error) {
    assert.instance(error, CommandError);
    assert.match((error as CommandError).message, /Allowed choices are bash, zsh, fish/);
  }
});

test.run();
