/** The command line: words in, options or one line of complaint out. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommandLine, type UpOptions } from '../../src/cli/command-line.js';
import { CommandError } from '../../src/cli/errors.js';
import { readProjectFile } from '../support/repository.js';

const test = suite('command line');

function parse(words: string): { options: UpOptions | undefined; printed: string } {
  let printed = '';
  const options = parseCommandLine(words === '' ? [] : words.split(' '), {
    stdout: (text) => (printed += text),
    columns: 100,
  });
  return { options, printed };
}

function complaint(words: string): string {
  try {
    parse(words);
  } catch (error) {
    assert.instance(error, CommandError);
    const { exitCode, message } = error as CommandError;
    assert.is(exitCode, 2);
    assert.not.match(message, /\n/);
    return message;
  }
  return 'accepted';
}

test('up alone has the documented defaults', () => {
  const expected = { nodes: 3, brokers: 6, check: false, output: 'table', timeoutMs: 60_000 };
  assert.equal(parse('up').options, expected);
});

test('every option, with = and without', () => {
  const expected = { nodes: 5, brokers: 9, topics: 'f.yaml', check: true, output: 'json', timeoutMs: 500 };
  assert.equal(parse('up --nodes 5 --brokers=9 --topics f.yaml --check -o json --timeout 500ms').options, expected);
  assert.equal(parse('up --output json').options?.output, 'json');
});

test('durations: seconds, or with a unit', () => {
  const timeoutMs = (text: string): number | undefined => parse(`up --timeout ${text}`).options?.timeoutMs;
  assert.equal(
    ['30', '0.5', '250ms', '30s', '2m', '1h'].map(timeoutMs),
    [30_000, 500, 250, 30_000, 120_000, 3_600_000],
  );
  for (const text of ['0', '-1', '1d', 'soon', '1e9', '999h', '0.0001']) {
    assert.match(complaint(`up --timeout=${text}`), /It must be a time such as 30, 500ms, 30s or 2m/);
  }
});

test('counts outside their range name the option and the range', () => {
  for (const text of ['0', '10', '1.5', 'three', '0x3', '-1', 'NaN']) {
    assert.match(complaint(`up --nodes=${text}`), /--nodes <count>.*'.*It must be a whole number from 1 to 9\.$/);
  }
  assert.match(complaint('up --brokers 1001'), /from 1 to 1000/);
});

test('an unknown option or command proposes the nearest', () => {
  assert.is(complaint('up --nodez 3'), "unknown option '--nodez' (Did you mean --nodes?)");
  assert.is(complaint('upp'), "unknown command 'upp' (Did you mean up?)");
  assert.match(complaint('up -o yaml'), /'yaml' is invalid\. Allowed choices are table, json\.$/);
  assert.match(complaint('up extra'), /too many arguments/);
  assert.match(complaint('up --topics'), /argument missing/);
  assert.is(complaint(''), 'a command is missing; try: conclave up');
});

test('--check needs a majority without the leader', () => {
  assert.match(complaint('up --check --nodes 1'), /^--check needs at least 3 nodes/);
  assert.match(complaint('up --check --nodes 2'), /^--check needs at least 3 nodes/);
  assert.is(complaint('up --check --nodes 4'), 'accepted');
});

test('--help and --version print and start nothing', () => {
  const help = parse('up --help');
  assert.is(help.options, undefined);
  for (const word of ['--nodes', '--brokers', '--topics', '--check', '--timeout', 'Examples:', 'Exit codes:']) {
    assert.ok(help.printed.includes(word), word);
  }
  assert.match(parse('--help').printed, /up \[options\]/);
  const { version } = JSON.parse(readProjectFile('package.json') ?? '') as { version: string };
  assert.is(parse('--version').printed, `${version}\n`);
});

test.run();
