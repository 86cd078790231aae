/**
 * Every verb of the command with what is wrong about its words, its files or its server: one line, and the exit code
 * that the README has for it. The verbs are those of the program's own help.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { describeError, exitCodeOf } from '../../src/cli/errors.js';
import { workOffline } from '../../src/cli/offline.js';
import { up } from '../../src/cli/up.js';
import { packageVersion } from '../../src/cli/version.js';
import { workRemote } from '../../src/cli/work-remote.js';
import { allVerbs } from '../support/command-tree.js';
import { cannedAnswers } from '../support/canned-cluster.js';
import { runCommand } from '../support/command.js';
import { fakeService } from '../support/fake-service.js';

const test = suite('bad input');

const folder = mkdtempSync(join(tmpdir(), 'conclave-bad-'));
test.after(() => rmSync(folder, { recursive: true }));
const absent = join(folder, 'absent');

/** Words that are enough for each. */
const REMOTE: Readonly<Record<string, string>> = {
  status: '',
  health: '',
  watch: '',
  'topic list': '',
  'topic describe': 'orders',
  'topic create': 'orders',
  'topic delete': 'orders',
  'topic alter': 'audit --partitions 3',
  'partition list': '',
  'partition reassign': 'orders:0 4,1,2',
  'partition elect': '',
  'broker list': '',
  'broker describe': '1',
  'broker register': '7 127.0.0.1:9098',
  'broker unregister': '7',
  'broker drain': '2',
  'group list': '',
  'group describe': 'billing',
  'group delete': 'billing',
  'node list': '',
  'node add': '',
  'node remove': '3',
  'node restart': '2',
  'node snapshot': '2',
  'node kill': 'leader',
  'node stop': '2',
  'node pause': '2',
  'node resume': '2',
  'node transfer': '2',
  'link list': '',
  'link cut': '1 2',
  'link delay': '1 2 20ms',
  'link drop': '1 2 10%',
  'link partition': '1 2,3',
  'link heal': '',
};

/** Words with a folder or file that is not there. */
const OFFLINE: Readonly<Record<string, string>> = {
  up: `--topics ${absent}`,
  'log dump': absent,
  'snapshot inspect': absent,
  'snapshot save': `${join(folder, 'saved')} --data ${absent}`,
  'snapshot restore': `${absent} --data ${join(folder, 'restored')}`,
  recover: `--data ${absent} --from-node 1 --accept-data-loss`,
  repair: absent,
  import: `${join(folder, 'imported')} ${absent}`,
  export: `${absent} --format kcat`,
  migrate: `--data ${absent} --to etcd`,
};

/** Their words are those of other programs, or they need none. */
const OTHER = ['bench', 'simulate', 'completion'];

const verbs = allVerbs();

interface Outcome {
  exitCode: number;
  stderr: string;
  stdout: string;
}

/** As `main` does it, without a process. */
async function run(words: string, { interrupt = new AbortController().signal } = {}): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const terminal = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    environment: {},
    interrupt,
  };
  try {
    const request = parseCommandLine(
      words.split(' ').filter((word) => word !== ''),
      {
        stdout: terminal.stdout.write,
        columns: 80,
      },
    );
    const exitCode = await work();
    return { exitCode, stdout, stderr };
    async function work(): Promise<number> {
      if (request === undefined) throw new Error(`${words} asks for help`);
      switch (request.command) {
        case 'bench':
        case 'simulate':
        case 'completion':
        case 'up etcd':
          throw new Error(`${words} is not for here`);
        case 'up':
          return up(request, terminal);
        case 'remote':
          return workRemote(request, terminal);
        default:
          return workOffline(request, terminal);
      }
    }
  } catch (error) {
    return { exitCode: exitCodeOf(error), stdout, stderr: `${stderr}conclave: ${describeError(error)}\n` };
  }
}

/** One line on stderr, nothing on stdout. */
function assertTold(what: string, outcome: Outcome, exitCode: number, line: RegExp): void {
  assert.equal([outcome.exitCode, outcome.stdout], [exitCode, ''], `${what}: ${outcome.stderr}`);
  assert.match(outcome.stderr, line, what);
  assert.match(outcome.stderr, /^conclave: [^\n]+\n$/, `${what}: one line`);
  assert.not.match(
    outcome.stderr,
    / at \S+:\d+:\d+|undefined|\[object|Error: Error/,
    `${what}: no inside of the program`,
  );
}

test('each verb of the help is in a table here', () => {
  const known = [...Object.keys(REMOTE), ...Object.keys(OFFLINE), ...OTHER];
  assert.equal(verbs.map(({ name }) => name).sort(), known.sort());
});

for (const { name, required, flags } of verbs.filter((verb) => !OTHER.includes(verb.name))) {
  test(`${name}: an unknown flag, one almost right, a word too many, words too few`, async () => {
    const words = `${name} ${REMOTE[name] ?? OFFLINE[name] ?? ''}`;
    assertTold('unknown', await run(`${words} --zzz`), 2, /unknown option '--zzz'/);
    for (const flag of flags) {
      const nearly = `${flag}x`;
      const told = new RegExp(`unknown option '${nearly}' \\(Did you mean ${flag}\\?\\)`);
      assertTold(nearly, await run(`${words} ${nearly}`), 2, told);
    }
    if (!/\.\.\.>/.test(required.join(' ')) && name !== 'partition elect') {
      assertTold('too many', await run(`${words} more and more and more`), 2, /too many arguments/);
    }
    if (required.length > 0) assertTold('too few', await run(name), 2, /missing required argument|required option/);
  });
}

test('an unknown noun or verb is answered with the nearest; a noun alone asks for a verb', async () => {
  const nouns = new Map<string, string[]>();
  for (const { name } of verbs) {
    const [noun = '', verb] = name.split(' ');
    nouns.set(noun, [...(nouns.get(noun) ?? []), ...(verb === undefined ? [] : [verb])]);
  }
  for (const [noun, inner] of nouns) {
    assertTold(
      noun,
      await run(`${noun}x`),
      2,
      new RegExp(`unknown command '${noun}x' \\(Did you mean .*\\b${noun}\\b`),
    );
    if (inner.length === 0) continue;
    assertTold(noun, await run(noun), 2, new RegExp(`^conclave: ${noun}: a command is missing; try --help$`, 'm'));
    for (const verb of inner) {
      const told = new RegExp(`unknown command '${verb}x' \\(Did you mean .*\\b${verb}\\b`);
      assertTold(verb, await run(`${noun} ${verb}x`), 2, told);
    }
  }
});

for (const [name, enough] of Object.entries(REMOTE)) {
  test(`${name}: nobody there, another program, another version, silence, Ctrl-C`, async () => {
    const words = `${name} ${enough}`;
    assertTold(
      'nobody',
      await run(`${words} --url 127.0.0.1:1`),
      1,
      /^conclave: no cluster at http:\/\/127\.0\.0\.1:1; start one with: conclave up$/m,
    );
    for (const url of ['ftp://x', 'http://', 'http://a b', '::', 'http://u@h']) {
      assertTold(url, await run(`${words} --url ${url.replace(' ', '%%')}`), 2, /--url/);
    }
    for (const time of ['0', '-1', 'soon', '99h99']) {
      assertTold(time, await run(`${words} --timeout ${time}`), 2, /--timeout/);
    }
    await using page = await fakeService({}, (_call, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html>');
      return true;
    });
    const strange = /^conclave: \S+ answers, but not as a cluster does: status 404$/m;
    assertTold('a page', await run(`${words} --url ${page.url}`), 1, strange);
    await using newer = await fakeService(cannedAnswers, (_call, response) => {
      response.setHeader('Conclave-Version', nextMinor());
      return false;
    });
    const told = /^conclave: \S+ is conclave \d+\.\d+\.7, this command is [\d.]+: use that of its version$/m;
    assertTold('newer', await run(`${words} --url ${newer.url}`), 1, told);
    await using silent = await fakeService({}, () => true);
    const late = await run(`${words} --url ${silent.url} --timeout 50ms`);
    assertTold('silent', late, 124, /^conclave: timed out after 50ms: (GET|POST|DELETE|PATCH) \//m);
  });
}

function nextMinor(): string {
  const [major, minor] = packageVersion().split('.').map(Number);
  return `${major}.${(minor ?? 0) + 1}.7`;
}

test('a server of the same minor version is the same', async () => {
  const [major, minor] = packageVersion().split('.');
  await using patched = await fakeService(cannedAnswers, (_call, response) => {
    response.setHeader('Conclave-Version', `${major}.${minor}.999`);
    return false;
  });
  const { exitCode, stderr } = await run(`topic list --url ${patched.url}`);
  assert.equal([exitCode, stderr], [0, '']);
});

test('a server that does not speak HTTP at all is told as such', async () => {
  const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const told = /^conclave: http:\S+ answers, but not as a cluster does: it does not speak HTTP$/m;
  assertTold('SSH', await run(`status --url 127.0.0.1:${port}`), 1, told);
  server.close();
});

for (const [name, words] of Object.entries(OFFLINE)) {
  test(`${name}: what is not there is named`, async () => {
    const outcome = await run(`${name} ${words}`);
    assert.ok(outcome.exitCode === 1 || outcome.exitCode === 2, String(outcome.exitCode));
    assertTold(name, outcome, outcome.exitCode, new RegExp(`${absent}|${folder}`));
  });
}

test('a folder in place of a file, and a file in place of a folder', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, 'no cluster');
  for (const words of [
    `up --topics ${folder}`,
    `snapshot inspect ${folder}`,
    `snapshot restore ${file} --data ${join(folder, 'new')}`,
    `snapshot inspect ${file}`,
    `log dump ${file}`,
    `export ${file} --format kcat`,
    `repair ${file}`,
    `recover --data ${file} --from-node 1 --accept-data-loss`,
    `up --data ${file}`,
    `import ${join(folder, 'other')} ${folder}`,
  ]) {
    const outcome = await run(words);
    assert.ok(outcome.exitCode === 1 || outcome.exitCode === 2, words);
    assertTold(words, outcome, outcome.exitCode, new RegExp(folder));
  }
});

test('the words of other programs: an unknown flag is theirs to refuse, in a line, with 2', async () => {
  for (const program of ['bench', 'simulate']) {
    const { exitCode, stderr, stdout } = await runCommand([program, '--zzz']);
    assert.equal([exitCode, stdout], [2, ''], stderr);
    assert.match(stderr, /--zzz/);
    assert.not.match(stderr, /\n +at /);
  }
  const { exitCode, stderr } = await runCommand(['completion', 'csh']);
  assert.is(exitCode, 2);
  assert.match(stderr, /^conclave: .*'csh'.*bash, zsh, fish\.?\n$/);
});

test.run();
