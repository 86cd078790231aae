/** The command as a process against an HTTP server with canned answers: exit codes, one line for each thing wrong. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cannedAnswers, HEALTHY } from '../support/canned-cluster.js';
import { runCommand, startCommand, type CommandResult } from '../support/command.js';
import { eventually, withDeadline } from '../support/deadline.js';
import { fakeService, tellError, type Answering, type FakeService } from '../support/fake-service.js';

const test = suite('remote command');

const NOBODY = { CONCLAVE_URL: 'http://127.0.0.1:1' };

function at({ url }: FakeService): Readonly<Record<string, string>> {
  return { CONCLAVE_URL: url };
}

function assertFailure(result: CommandResult, exitCode: number, line: RegExp): void {
  assert.is(result.exitCode, exitCode, result.stderr);
  assert.match(result.stderr, line);
  assert.is(result.stderr.split('\n').length, 2, `one line and no stack trace: ${result.stderr}`);
  assert.is(result.stdout, '');
}

test('data on stdout, nothing else, exit 0; as a table without colour, and as JSON', async () => {
  await using service = await fakeService(cannedAnswers);
  const table = await runCommand(['topic', 'list'], at(service));
  assert.equal([table.exitCode, table.stderr], [0, '']);
  assert.match(table.stdout, /^TOPIC +PARTITIONS +REPLICATION\naudit +2 +3\norders +2 +3\n$/);
  const json = await runCommand(['topic', 'list', '-o', 'json', '--url', service.url], NOBODY);
  assert.equal(JSON.parse(json.stdout), cannedAnswers['GET /topics']);
  assert.equal(service.asked, ['GET /topics', 'GET /topics']);
});

test('colour only where it is asked for, or on a terminal', async () => {
  await using service = await fakeService(cannedAnswers);
  const coloured = await runCommand(['topic', 'list'], { ...at(service), FORCE_COLOR: '1' });
  assert.match(coloured.stdout, /\u001b\[/);
  const plain = await runCommand(['topic', 'list'], { ...at(service), FORCE_COLOR: '1', NO_COLOR: '1' });
  assert.not.match(plain.stdout, /\u001b\[/);
});

test('nobody there: exit 1 and the line that says how to start one', async () => {
  for (const words of ['status', 'health', 'topic create orders', 'watch']) {
    const told = /^conclave: no cluster at http:\/\/127\.0\.0\.1:1; start one with: conclave up$/m;
    assertFailure(await runCommand(words.split(' '), NOBODY), 1, told);
  }
  assertFailure(await runCommand(['status', '--url', 'no.such.host.invalid']), 1, /no cluster at .*invalid/);
});

test('what the cluster refuses is told with its code; a time-out of it is one', async () => {
  const refusing: Answering = (call, response) => {
    if (call === 'GET /topics/none')
      tellError(response, 404, { code: 'TopicNotFound', message: 'no \u001b[31m topic' });
    else if (call === 'POST /nodes') tellError(response, 504, { code: 'Timeout', message: 'not caught up' });
    else if (call === 'GET /links') tellError(response, 401, { code: 'Unauthorized', message: 'a token is needed' });
    else return false;
    return true;
  };
  await using service = await fakeService(cannedAnswers, refusing);
  assertFailure(
    await runCommand(['topic', 'describe', 'none'], at(service)),
    1,
    /^conclave: TopicNotFound: no \\u\{1b\}\[31m topic$/m,
  );
  assertFailure(await runCommand(['node', 'add'], at(service)), 124, /^conclave: Timeout: not caught up$/m);
  assertFailure(await runCommand(['link', 'list'], at(service)), 1, /token is needed; .*--token or CONCLAVE_TOKEN$/m);
});

test('what was done before a refusal is told with it', async () => {
  await using service = await fakeService(cannedAnswers, (call, response) => {
    if (call !== 'POST /topics/audit/partitions') return false;
    tellError(response, 400, { code: 'InvalidArgument', message: 'there are 2' });
    return true;
  });
  const words = ['topic', 'alter', 'audit', '--partitions', '1', '--config', 'retention.ms=5'];
  assertFailure(await runCommand(words, at(service)), 1, /InvalidArgument: there are 2; its settings are changed$/m);
});

test('the token is sent as it is given', async () => {
  const given: (string | undefined)[] = [];
  await using service = await fakeService(cannedAnswers, (_call, _response, { headers }) => {
    given.push(headers.authorization);
    return false;
  });
  await runCommand(['topic', 'list', '--token', 'one'], at(service));
  await runCommand(['topic', 'list'], { ...at(service), CONCLAVE_TOKEN: 'two' });
  await runCommand(['topic', 'list'], { ...at(service), CONCLAVE_TOKEN: '' });
  assert.equal(given, ['Bearer one', 'Bearer two', undefined]);
});

test('a server of another version, and one that is something else, are one line', async () => {
  const newer = { ...cannedAnswers, 'GET /status': { version: '9.1.0', status: {} }, 'GET /topics': { items: [] } };
  await using service = await fakeService(newer);
  const told = /^conclave: http:\S+ is conclave 9\.1\.0, this command is \S+: use that of its version$/m;
  for (const words of ['status', 'topic list', 'group describe none']) {
    assertFailure(await runCommand(words.split(' '), at(service)), 1, told);
  }
  await using versioned = await fakeService(cannedAnswers, (_call, response) => {
    response.setHeader('conclave-version', '9.1.0');
    return false;
  });
  assertFailure(await runCommand(['topic', 'list'], at(versioned)), 1, told);
  await using other = await fakeService({}, (_call, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    return true;
  });
  for (const words of ['status', 'topic list', 'node kill 2', 'watch']) {
    const strange = /^conclave: http:\S+ answers, but not as a cluster does: status 200$/m;
    assertFailure(await runCommand(words.split(' '), at(other)), 1, strange);
  }
});

test('an answer that does not come: 124 with --timeout, and 130 with Ctrl-C', async () => {
  await using service = await fakeService({}, () => true);
  const words = ['topic', 'list', '--timeout', '100ms'];
  assertFailure(await runCommand(words, at(service)), 124, /^conclave: timed out after 100ms: GET \/topics$/m);
  const before = service.asked.length;
  const command = startCommand(['topic', 'list'], at(service));
  await eventually(() => service.asked.length > before, 'the request');
  command.child.kill('SIGINT');
  const { exitCode, stderr } = await command.ended;
  assert.equal([exitCode, stderr], [130, '']);
});

test('a connection that breaks off in a change leaves its fate open', async () => {
  await using service = await fakeService({}, (_call, response) => {
    response.destroy();
    return true;
  });
  const told = /did not answer \(\w+\); the change may have been made$/m;
  assertFailure(await runCommand(['node', 'add'], at(service)), 1, told);
});

test('health: 10, and until it is healthy 0 or 124', async () => {
  let isHealthy = false;
  await using service = await fakeService(cannedAnswers, (call, response) => {
    if (call !== 'GET /health' || !isHealthy) return false;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(HEALTHY));
    return true;
  });
  const once = await runCommand(['health'], at(service));
  assert.equal([once.exitCode, once.stderr], [10, '']);
  assert.match(once.stdout, /^unhealthy, node 1 leads\n! link 2-3 is cut\n/);
  const late = await runCommand(['health', '--exit-when-healthy', '--timeout', '300ms'], at(service));
  assert.is(late.exitCode, 124);
  const waiting = startCommand(['health', '--watch', '--exit-when-healthy', '-o', 'json'], at(service));
  await waiting.waitForOutput('the first answer', (stdout) => stdout.endsWith('\n'));
  isHealthy = true;
  const { exitCode, stdout } = await waiting.ended;
  assert.is(exitCode, 0);
  assert.equal(
    stdout.split('\n', 2).map((line) => (JSON.parse(line) as { healthy: boolean }).healthy),
    [false, true],
  );
});

test('watch: events as lines, to the end of the stream', async () => {
  const events = [
    ': hello\n\n',
    'id: 7\n\n',
    'event: cluster\ndata: {"at":0,"kind":"leader","leader":2,"term":3}\n\n',
    'id: 8\nevent: metadata\ndata: {"index":8,"events":[{"kind":"topic","key":"orders","after":{}}]}\n\n',
  ];
  await using service = await fakeService({}, (call, response) => {
    if (!call.startsWith('GET /events')) return false;
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.join(''));
    return true;
  });
  const text = await runCommand(['watch', '--from-index', '6'], at(service));
  assert.is(text.exitCode, 1);
  assert.match(text.stderr, /^conclave: the cluster at \S+ has ended the stream\n$/);
  assert.match(
    text.stdout,
    /^[\d:.]+ {2}leader {6}node 2 leads term 3\n[\d:.]+ {2}metadata {4}#8 topic orders created\n$/,
  );
  const json = await runCommand(['watch', '-o', 'json', '--include', 'cluster'], at(service));
  const [first, second] = json.stdout.split('\n');
  assert.equal(JSON.parse(first ?? ''), {
    ...{ event: 'cluster', id: 7 },
    data: { at: 0, kind: 'leader', leader: 2, term: 3 },
  });
  assert.is((JSON.parse(second ?? '') as { id: number }).id, 8);
  assert.equal(service.asked, ['GET /events?include=cluster,metadata&fromIndex=6', 'GET /events?include=cluster']);
});

test('who no longer reads gets no error, whoever cannot write gets one', async () => {
  const many = Array.from({ length: 20_000 }, (_, number) => ({
    ...(cannedAnswers['GET /topics'] as object[])[0],
    name: `topic-${number}`,
  }));
  await using service = await fakeService({ 'GET /topics': many });
  const closed = await inShell(`topic list -o json | head -c 5`, at(service));
  assert.is(closed, '[{"na');
  const full = await inShell(`topic list -o json > /dev/full; echo $?`, at(service));
  assert.match(full, /^conclave: .*ENOSPC.*\n1\n$/);
});

/** Both outputs of `conclave` with words that a shell reads. */
async function inShell(words: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const shell = spawn('/bin/sh', ['-c', `exec 2>&1; '${process.execPath}' '${main}' ${words}`], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  shell.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  await withDeadline(words, 30_000, once(shell, 'close'));
  return output;
}

test.run();
