/** The compiled command serving: where, what it says of it, and how it ends. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDeadline } from '../support/deadline.js';
import { runCommand, startCommand, type RunningCommand } from '../support/command.js';
import { ask } from '../support/service.js';

const test = suite('up serving');

const small = ['up', '--nodes', '1', '--brokers', '3'];

async function urlOf(command: RunningCommand): Promise<{ url: string; line: string }> {
  let line = '';
  await command.waitForOutput('the address and the state', (stdout, stderr) => {
    line = /^Serving .*$/m.exec(stderr)?.[0] ?? '';
    return line !== '' && stdout.includes('TOPIC');
  });
  return { url: line.split(' ')[1] ?? '', line };
}

test('it serves while it is up; Ctrl-C ends open streams, and it exits at once', async () => {
  const command = startCommand([...small, '--listen', '127.0.0.1:0', '--read-only']);
  const { url, line } = await urlOf(command);
  assert.match(line, /^Serving http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  const { body } = await ask({ url }, 'GET /v1/status');
  const { version, readOnly, status } = body as { version: string; readOnly: boolean; status: { nodes: unknown[] } };
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.equal([readOnly, status.nodes.length], [true, 1]);
  assert.is((await ask({ url }, 'POST /v1/heal')).status, 403);
  const asked = get(`${url}/v1/events`, { agent: false });
  const [stream] = (await withDeadline('a stream', 10_000, once(asked, 'response'))) as [IncomingMessage];
  stream.resume();
  command.child.kill('SIGINT');
  await withDeadline('end of the stream', 10_000, once(stream, 'end'));
  const { exitCode, stderr } = await command.ended;
  assert.is(exitCode, 130);
  assert.not.match(stderr, /Error|at /);
});

test('the address that was asked for is taken: one line, exit 1, and nothing is left', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  const { exitCode, stdout, stderr } = await runCommand([...small, '--listen', address]);
  other.close();
  assert.equal([exitCode, stdout], [1, '']);
  assert.is(stderr, `conclave: cannot listen on ${address}: it is taken; --listen 127.0.0.1:0 takes any free port\n`);
});

test('two at once, none asked for an address: both serve, and who comes later says where', async () => {
  const commands = [startCommand(small), startCommand(small)];
  const [one, other] = await Promise.all(commands.map(urlOf));
  assert.is.not(one?.url, other?.url);
  const elsewhere = [one, other].filter((served) => served?.url !== 'http://127.0.0.1:7400');
  assert.ok(elsewhere.length > 0);
  for (const served of elsewhere) {
    assert.match(served?.line ?? '', /^Serving http:\/\/127\.0\.0\.1:\d+ \(127\.0\.0\.1:7400 is taken\)$/);
    assert.is((await ask({ url: served?.url ?? '' }, 'GET /readyz')).status, 200);
  }
  for (const { child, ended } of commands) {
    child.kill('SIGTERM');
    assert.is((await ended).exitCode, 143);
  }
});

test('a token may come with the environment, and is asked for then', async () => {
  const command = startCommand([...small, '--listen', 'localhost:0'], { CONCLAVE_TOKEN: 'secret' });
  const { url } = await urlOf(command);
  assert.is((await ask({ url }, 'GET /v1/status')).status, 401);
  assert.is((await ask({ url }, 'GET /v1/status', { headers: { Authorization: 'Bearer secret' } })).status, 200);
  command.child.kill('SIGINT');
  assert.is((await command.ended).exitCode, 130);
});

test.run();
