/** Whoever stops reading ends the command, at once and without a word: tables, JSON, streams, other programs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cannedAnswers } from '../support/canned-cluster.js';
import { mainFile } from '../support/command.js';
import { withDeadline } from '../support/deadline.js';
import { fakeService, type Answering } from '../support/fake-service.js';

const test = suite('closed pipe');

interface Ended {
  /** Of the command. */
  exitCode: string;
  read: string;
  stderr: string;
}

/** `conclave WORDS | READER`. */
async function pipedInto(reader: string, words: string, url = ''): Promise<Ended> {
  const script = `'${process.execPath}' '${mainFile}' ${words} | ${reader}; echo "exit \${PIPESTATUS[0]}"`;
  const shell = spawn('/bin/bash', ['-c', script], {
    env: { ...process.env, CONCLAVE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  shell.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  shell.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  await withDeadline(words, 60_000, once(shell, 'close')).finally(() => shell.kill('SIGKILL'));
  const [, read = '', exitCode = ''] = /^(.*)exit (\d+)\n$/s.exec(stdout) ?? [];
  return { exitCode, read, stderr };
}

/** More than a pipe holds. */
const many = Array.from({ length: 20_000 }, (_, number) => ({
  ...(cannedAnswers['GET /topics'] as object[])[0],
  name: `topic-${number}`,
}));

for (const format of ['table', 'wide', 'json']) {
  test(`topic list -o ${format} | head ends with 141 and no message`, async () => {
    await using service = await fakeService({ 'GET /topics': many });
    const { exitCode, read, stderr } = await pipedInto('head -c 5', `topic list -o ${format}`, service.url);
    assert.equal([exitCode, read.length, stderr], ['141', 5, '']);
  });
}

test('what fits is written whole, and all is well', async () => {
  await using service = await fakeService(cannedAnswers);
  const { exitCode, read, stderr } = await pipedInto('cat', 'topic list --no-headers', service.url);
  assert.equal([exitCode, read.split('\n').length, stderr], ['0', 3, '']);
});

/** One event behind the other, as long as one listens. */
const streaming: Answering = (call, response) => {
  if (!call.startsWith('GET /events')) return false;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const tell = (): void => {
    if (!response.destroyed) response.write('event: cluster\ndata: {"at":0,"kind":"leader","leader":2}\n\n', tell);
  };
  tell();
  return true;
};

for (const format of ['table', 'json']) {
  test(`watch -o ${format} | head ends with the next event`, async () => {
    await using service = await fakeService({}, streaming);
    const { exitCode, read, stderr } = await pipedInto('head -n 1', `watch -o ${format}`, service.url);
    assert.equal([exitCode, read.split('\n').length, stderr], ['141', 2, '']);
  });

  test(`node list --watch -o ${format} | head ends with the next change`, async () => {
    let looks = 0;
    await using service = await fakeService({}, (_call, response) => {
      const nodes = (cannedAnswers['GET /nodes'] as { term: number }[]).map((node) => ({ ...node, term: ++looks }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(nodes));
      return true;
    });
    const { exitCode, read, stderr } = await pipedInto('head -n 1', `node list --watch -o ${format}`, service.url);
    assert.equal([exitCode, read.split('\n').length, stderr], ['141', 2, '']);
  });
}

for (const words of ['bench --help', 'simulate --help', 'completion bash', '--help']) {
  test(`${words} into a closed pipe`, async () => {
    const { exitCode, stderr } = await pipedInto('true', words);
    assert.ok(exitCode === '141' || exitCode === '0', `${exitCode}: ${stderr}`);
    assert.is(stderr, '');
  });
}

test.run();
