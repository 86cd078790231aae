/** Processes of a peer: a start that fails says why, and nothing outlives what started it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findFreePorts } from '../../../bench/peers/free-ports.js';
import { ServerProcesses, untilListening } from '../../../bench/peers/server-processes.js';
import { eventually, withDeadline } from '../../support/deadline.js';

const test = suite('server processes');
const waiting = 'setInterval(() => {}, 1e6);';
const never = (): Promise<never> => new Promise(() => undefined);

function startNode(processes: ServerProcesses, script: string): void {
  processes.start(process.execPath, ['-e', script]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('free ports are different, and free', async () => {
  const ports = await findFreePorts(20);
  assert.is(new Set(ports).size, 20);
  const [port] = ports;
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  await withDeadline('the port is served', 5000, untilListening(port ?? 0, new AbortController().signal));
  server.close();
});

test('a server that ends by itself ends the wait, with what it said', async () => {
  await using processes = new ServerProcesses('peer');
  startNode(processes, waiting);
  startNode(processes, 'console.error("no such flag"); process.exitCode = 3;');
  const start = withDeadline('the wait', 20_000, processes.whenReady(never));
  const failure: unknown = await start.catch((error: unknown) => error);
  assert.match(String(failure), /peer ended by itself \(3\); it said: no such flag/);
});

test('a server that never serves is not waited for without end', async () => {
  await using processes = new ServerProcesses('peer');
  startNode(processes, waiting);
  const start = withDeadline('the wait', 20_000, processes.whenReady(never, 50));
  const failure: unknown = await start.catch((error: unknown) => error);
  assert.match(String(failure), /peer did not serve within 50 ms; it said: nothing/);
});

test('a program that is not there is told by name', async () => {
  await using processes = new ServerProcesses('peer');
  processes.start('/no/such/program', []);
  const start = withDeadline('the wait', 20_000, processes.whenReady(never));
  const failure: unknown = await start.catch((error: unknown) => error);
  assert.match(String(failure), /peer cannot be started: .*ENOENT/);
});

test('disposed of, processes and folder are gone', async () => {
  const processes = new ServerProcesses('peer');
  startNode(processes, waiting);
  const { pids, folder } = processes;
  assert.is(await processes.whenReady(() => Promise.resolve('served')), 'served');
  assert.equal(pids.map(isAlive), [true]);
  assert.ok(fs.existsSync(folder));
  await processes[Symbol.asyncDispose]();
  assert.equal(pids.map(isAlive), [false]);
  assert.not.ok(fs.existsSync(folder));
  assert.is(process.listenerCount('SIGINT'), 0);
});

/** A process that starts one server, says where, and then does as told. */
function script(then: string): string {
  const module = new URL('../../../bench/peers/server-processes.js', import.meta.url).href;
  return `
    import { ServerProcesses } from ${JSON.stringify(module)};
    const processes = new ServerProcesses('peer');
    processes.start(process.execPath, ['-e', ${JSON.stringify(waiting)}]);
    process.stdout.write(JSON.stringify({ pid: processes.pids[0], folder: processes.folder }));
    setTimeout(() => { ${then} }, 0);
    ${waiting}
  `;
}

const ends: readonly [name: string, then: string, signal: NodeJS.Signals | null, endsBy: string][] = [
  ['Ctrl-C', '', 'SIGINT', 'SIGINT'],
  ['a termination', '', 'SIGTERM', 'SIGTERM'],
  ['a throw that nobody catches', 'throw new Error("broken");', null, '1'],
  ['an exit', 'process.exit(7);', null, '7'],
];

for (const [name, then, signal, endsBy] of ends) {
  test(`${name} leaves neither processes nor folder`, async () => {
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script(then)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const gone = once(owner, 'close');
    const [said] = (await withDeadline('the owner speaks', 20_000, once(owner.stdout, 'data'))) as [Buffer];
    const { pid, folder } = JSON.parse(said.toString()) as { pid: number; folder: string };
    if (signal !== null) owner.kill(signal);
    const [code, by] = (await withDeadline('the owner ends', 20_000, gone)) as [number | null, string | null];
    assert.is(String(code ?? by), endsBy);
    await eventually(() => !isAlive(pid), 'its server ends');
    assert.not.ok(fs.existsSync(folder));
  });
}

test.run();
