/**
 * The README's `console` blocks: each `$ conclave …` in their order against one running cluster, with the output that
 * is shown. Lines must be the same, but for what differs from run to run: see `comparable`.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand, startCommand, type RunningCommand } from '../support/command.js';
import { eventually } from '../support/deadline.js';
import { readProjectFile } from '../support/repository.js';

interface Shown {
  words: string[];
  output: string;
}

/** A command and what follows it, up to the next one. */
function shownIn(markdown: string): Shown[] {
  const blocks = [...markdown.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  return blocks.flatMap((text) =>
    text
      .split(/^\$ /m)
      .slice(1)
      .map((each) => {
        const [line = '', ...output] = each.split('\n');
        return { words: line.split(' '), output: output.join('\n') };
      }),
  );
}

/**
 * Of changes all is compared. Of what is asked for numbers, times and addresses are not, nor is the order of lines: who
 * leads and where replicas are is left to chance. A name that is longer for it may widen a column.
 */
function comparable({ words, output }: Shown): string[] {
  const lines = output.trimEnd().split('\n');
  if (!isLook(words)) return lines;
  return lines
    .map((line) =>
      line
        .replace(/http:\/\/[\d.:]+/g, 'URL')
        .replace(/\bup (\d+[dhms] ?)+/g, 'up TIME')
        .replace(/\d+/g, 'N')
        .replace(/ +/g, ' '),
    )
    .sort();
}

function isLook(words: readonly string[]): boolean {
  return words.some((word) => ['status', 'health', 'list', 'describe'].includes(word));
}

const shown = shownIn(readProjectFile('README.md') ?? '');

const test = suite('readme command');

let up: RunningCommand;
let environment: Record<string, string> = {};

test.before(async () => {
  up = startCommand(['up', '--listen', '127.0.0.1:0'], {}, 240_000);
  await up.waitForOutput('a healthy cluster', (_, stderr) => /health +healthy/.test(stderr));
  await up.waitForOutput('its address', (_, stderr) => {
    environment = { CONCLAVE_URL: /^Serving (\S+)$/m.exec(stderr)?.[1] ?? '' };
    return environment['CONCLAVE_URL'] !== '';
  });
});
test.after(async () => {
  up.child.kill('SIGINT');
  await up.ended;
});

test('commands are found with the lines that follow them', () => {
  const markdown = '```console\n$ conclave a b\none\n\ntwo\n$ conclave c\n```\n```sh\n$ conclave no\n```\n';
  assert.equal(shownIn(markdown), [
    { words: ['conclave', 'a', 'b'], output: 'one\n\ntwo\n' },
    { words: ['conclave', 'c'], output: '' },
  ]);
});

test('what is asked for is compared but for its numbers, what is done in full', () => {
  const look = (output: string): string[] => comparable({ words: ['conclave', 'node', 'list'], output });
  assert.equal(look('2   leader  5\n10  follower 7\n'), look('1 follower 9\n3    leader 12'));
  assert.not.equal(look('1 leader\n'), look('1 follower\n'));
  assert.not.equal(look('1 leader\n'), look('1 leader\n2 follower\n'));
  assert.equal(look('at http://127.0.0.1:7400, up 1m 5s'), look('at http://127.0.0.1:39999, up 3s'));
  const change = (output: string): string[] => comparable({ words: ['conclave', 'node', 'kill', '1'], output });
  assert.not.equal(change('node 1 killed'), change('node 2 killed'));
});

test('each noun is shown', () => {
  for (const noun of ['status', 'health', 'topic', 'partition', 'broker', 'group', 'node', 'link']) {
    assert.ok(
      shown.some(({ words }) => words[0] === 'conclave' && words[1] === noun),
      noun,
    );
  }
});

for (const each of shown) {
  test(`$ ${each.words.join(' ')}`, async () => {
    const run = async (): Promise<string[]> => {
      const { stdout, stderr } = await runCommand(each.words.slice(1), environment);
      return comparable({ ...each, output: stdout + stderr });
    };
    const expected = comparable(each);
    let lines = await run();
    // An election or a first word over a link may not be over yet.
    if (isLook(each.words)) {
      await eventually(
        async () => {
          if (lines.join('\n') !== expected.join('\n')) lines = await run();
          return lines.join('\n') === expected.join('\n');
        },
        each.words.join(' '),
        30_000,
      ).catch(() => undefined);
    }
    assert.equal(lines, expected);
  });
}

test.run();
