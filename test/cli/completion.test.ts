/** The completion scripts, in the shells that are here. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { CommandError } from '../../src/cli/errors.js';
import { allVerbs } from '../support/command-tree.js';
import { proposedBy, type Shell } from '../support/shell-completion.js';

const test = suite('completion');

function script(shell: string): string {
  const request = parseCommandLine(['completion', shell], { stdout: () => undefined, columns: 100 });
  if (request?.command === 'completion') return request.script;
  throw new Error('no completion');
}

const shells: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** Flags are proposed by zsh and bash at once, by fish behind a dash. */
const expected: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['conclave to', ['topic']],
  ['conclave topic cr', ['create']],
  ['conclave topic create --pa', ['--partitions']],
  ['conclave topic create orders --re', ['--replication-factor']],
  ['conclave topic list -o ', ['json', 'table', 'wide']],
  ['conclave topic list --output j', ['json']],
  ['conclave up --top', ['--topics']],
  ['conclave completion z', ['zsh']],
  ['conclave log d', ['dump']],
  ['conclave imp', ['import']],
  ['conclave node kill x', []],
];

for (const shell of shells) {
  test(`${shell}: nouns, their verbs, their flags, and the values that there are`, () => {
    const text = script(shell);
    const answers = proposedBy(shell, text, [...expected.map(([line]) => line), 'conclave topic ']);
    if (answers === null) {
      console.log(`skipped: completion in ${shell}: there is no ${shell}`);
      return;
    }
    const verbs = answers.pop()?.filter((word) => !word.startsWith('-'));
    assert.equal(
      answers.map((words, at) => [expected[at]?.[0], words]),
      expected,
    );
    assert.equal(verbs, ['alter', 'create', 'delete', 'describe', 'list']);
  });
}

test('every verb is in every script', () => {
  for (const shell of shells) {
    const text = script(shell);
    for (const { name } of allVerbs()) assert.ok(text.includes(`'${name}'`) || text.includes(`"${name}"`), name);
  }
});

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
