/** The compiled command as a process: what it prints where, its exit codes, Ctrl-C. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand, startCommand, type CommandResult } from '../support/command.js';
import { testRealTopics } from '../support/real-topics.js';

const test = suite('command');

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conclave-cli-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

async function topicFile(name: string, ...lines: readonly string[]): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

function assertFailure(result: CommandResult, exitCode: number, line: RegExp): void {
  assert.is(result.exitCode, exitCode, result.stderr);
  assert.match(result.stderr, line);
  assert.is(result.stderr.split('\n').length, 2, `one line and no stack trace: ${result.stderr}`);
  assert.is(result.stdout, '');
}

interface Summary {
  nodes: number;
  brokers: number;
  topics: number;
  partitions: number;
  failoverMs: number;
  appliedIndex: number;
  stateHash: string;
  equal: boolean;
  leaderBefore: number;
  leaderAfter: number;
}

function summaryOf(result: CommandResult): Summary {
  assert.is(result.exitCode, 0, result.stderr);
  assert.is(result.stderr, '');
  return JSON.parse(result.stdout) as Summary;
}

test('an unknown flag, no command: one line on stderr, exit 2', async () => {
  assertFailure(
    await runCommand(['up', '--nodez', '3']),
    2,
    /^conclave: unknown option '--nodez' \(Did you mean --nodes\?\)$/m,
  );
  assertFailure(await runCommand([]), 2, /^conclave: a command is missing/);
});

test('a file that cannot be read or parsed: one line that names it, exit 2', async () => {
  assertFailure(
    await runCommand(['up', '--topics', 'no-such.yaml']),
    2,
    /^conclave: cannot read no-such.yaml: no such file$/m,
  );
  const broken = await topicFile('broken', 'kind: KafkaTopic', 'metadata: {name: a');
  assertFailure(await runCommand(['up', '--topics', broken]), 2, /^conclave: .*broken.yaml:\d+: not valid YAML: /);
});

test('a refused topic: one line with its name, code and reason, exit 1', async () => {
  const file = await topicFile('refused', 'kind: KafkaTopic', 'metadata: {name: greedy}', 'spec: {replicas: 7}');
  assertFailure(
    await runCommand(['up', '--topics', file]),
    1,
    /^conclave: topic "greedy" refused: NotEnoughBrokers: .+$/m,
  );
});

test('several refused topics: still one line, with how many others', async () => {
  const topics = ['a', 'b', 'c'].flatMap((name) => [
    '---',
    'kind: KafkaTopic',
    `metadata: {name: ${name}}`,
    'spec: {replicas: 3}',
  ]);
  const result = await runCommand(['up', '--brokers', '2', '--topics', await topicFile('several', ...topics)]);
  assertFailure(result, 1, /^conclave: topic "a" refused: NotEnoughBrokers: .+ \(and 2 other topics\)$/m);
});

test('a timeout that passes: one line, exit 124', async () => {
  assertFailure(
    await runCommand(['up', '--check', '--timeout', '5ms']),
    124,
    /^conclave: timed out after 5ms: Starting 3 nodes$/m,
  );
});

test('--log-level: lines of JSON on stderr, and the data alone on stdout', async () => {
  const result = await runCommand(['up', '--check', '-o', 'json', '--log-level', 'info']);
  assert.is(result.exitCode, 0, result.stderr);
  assert.is(result.stdout.split('\n').length, 2, 'one line');
  const lines = result.stderr.trimEnd().split('\n');
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.ok(logged.every(({ level, actor }) => Number(level) >= 30 && typeof actor === 'string'));
  assert.ok(logged.some(({ actor, node, term }) => actor === 'raft-node' && Number(node) > 0 && Number(term) > 0));
});

test('--check -o json on the sample: one JSON object and nothing else, equal on all nodes, exit 0', async () => {
  const summary = summaryOf(await runCommand(['up', '--check', '-o', 'json']));
  const { nodes, brokers, topics, partitions, equal } = summary;
  assert.equal(
    { nodes, brokers, topics, partitions, equal },
    { nodes: 3, brokers: 6, topics: 12, partitions: 228, equal: true },
  );
  assert.ok(summary.failoverMs > 0);
  assert.ok(summary.appliedIndex > 18, 'brokers, topics and the write after the failover');
  assert.match(summary.stateHash, /^[0-9a-f]{16,}$/);
  assert.is.not(summary.leaderBefore, summary.leaderAfter);
});

test('--check as text: tables, then the summary; FORCE_COLOR colours what is no terminal', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['up', '--check', '--nodes', '5'], { FORCE_COLOR: '1' });
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /^orders\.placed +24 +3 +2 +14d/m);
  assert.match(stdout, /^equal +yes, on all 5 nodes$/m);
  assert.match(stdout, /\u001b\[/);
});

testRealTopics(test, "--check on a real company's topics", (path) => {
  test('--check on the topics of a real company: 118 topics, 1643 partitions, equal', async () => {
    const summary = summaryOf(await runCommand(['up', '--check', '--topics', path, '-o', 'json']));
    assert.is(summary.topics, 118);
    assert.is(summary.partitions, 1643);
    assert.is(summary.equal, true);
  });
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`up stays up until ${signal}, which stops it cleanly with exit ${code}`, async () => {
    // Newer Nodes warn of the two together, whatever they run.
    const command = startCommand(['up'], { FORCE_COLOR: '1', NO_COLOR: '1', NODE_NO_WARNINGS: '1' });
    await command.waitForOutput(
      'the live status',
      (stdout, stderr) => stdout.includes('TOPIC') && stderr.includes('leads'),
    );
    assert.is(command.child.exitCode, null);
    command.child.kill(signal);
    const { exitCode, stdout, stderr } = await command.ended;
    assert.is(exitCode, code);
    assert.not.match(stdout, /\u001b/, 'NO_COLOR wins over FORCE_COLOR');
    assert.match(
      stderr,
      /^Serving http:.+\n[\d:.]+ {2}leader {6}node \d leads term \d+\n([\d:.]+ {2}health {6}healthy\n)?$/,
    );
  });
}

test('up -o json prints status, brokers and topics once, and stays up', async () => {
  const command = startCommand(['up', '-o', 'json', '--nodes', '1', '--brokers', '3']);
  await command.waitForOutput('a line', (stdout) => stdout.endsWith('\n'));
  command.child.kill('SIGINT');
  const { exitCode, stdout } = await command.ended;
  assert.is(exitCode, 130);
  const state = JSON.parse(stdout) as {
    url: string;
    status: { nodes: unknown[] };
    brokers: { rack: string }[];
    topics: unknown[];
  };
  assert.match(state.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.is(state.status.nodes.length, 1);
  assert.is(state.brokers.map((broker) => broker.rack).join(' '), 'rack-1 rack-1 rack-2');
  assert.is(state.topics.length, 12);
});

interface SummaryWithData extends Summary {
  recovered: { brokers: number; topics: number; partitions: number };
}

const dataFolder = (name: string): string => join(folder, name);

test('--data: what a killed up had made is there for the next, and nothing is made twice', async () => {
  const data = dataFolder('killed');
  const command = startCommand(['up', '--data', data, '--nodes', '3', '--brokers', '7']);
  await command.waitForOutput('the live status', (_, stderr) => stderr.includes('leads'));
  assertFailure(await runCommand(['up', '--data', data]), 1, /^conclave: DataDirInUse: .+ in use by process \d+$/m);
  command.child.kill('SIGKILL');
  await command.ended;
  const summary = summaryOf(await runCommand(['up', '--data', data, '--check', '-o', 'json'])) as SummaryWithData;
  assert.equal(summary.recovered, { brokers: 7, topics: 12, partitions: 228 });
  assert.equal([summary.equal, summary.brokers, summary.topics, summary.partitions], [true, 7, 12, 228]);
  assertFailure(
    await runCommand(['up', '--data', data, '--nodes', '5']),
    1,
    /^conclave: InvalidArgument: nodes: the data folder holds 3, not 5$/m,
  );
});

test('--data: a cluster with topics of its own gets no sample, and keeps them as they are', async () => {
  const data = dataFolder('own');
  const topic = (partitions: number): string[] => [
    'kind: KafkaTopic',
    'metadata: {name: own}',
    `spec: {partitions: ${partitions}, replicas: 1}`,
  ];
  const words = ['up', '--data', data, '--durability', 'os', '--check', '-o', 'json'];
  const first = summaryOf(await runCommand([...words, '--topics', await topicFile('own', ...topic(2))]));
  assert.equal([first.topics, first.partitions], [1, 2]);
  const second = await runCommand(words);
  assert.equal([summaryOf(second).topics, summaryOf(second).partitions], [1, 2]);
  const third = await runCommand([...words, '--topics', await topicFile('more', ...topic(4))]);
  assert.is(third.stderr, 'conclave: topic "own" keeps its 2 partitions; the file says 4\n');
  assert.is(summaryOf({ ...third, stderr: '' }).partitions, 2);
});

test('--wipe: a node that refuses its files is told of, and filled from the others', async () => {
  const data = dataFolder('wiped');
  summaryOf(await runCommand(['up', '--data', data, '--check', '-o', 'json']));
  await writeFile(join(data, 'node-2', 'identity.json'), 'nothing');
  const told = /^conclave: node 2 is stopped: .*identity.json is damaged.*; --wipe 2 fills it anew from the others$/m;
  assertFailure(await runCommand(['up', '--data', data, '--check', '-o', 'json']), 1, told);
  const summary = summaryOf(await runCommand(['up', '--data', data, '--wipe', '2', '--check', '-o', 'json']));
  assert.is(summary.equal, true);
  assertFailure(await runCommand(['up', '--data', data, '--wipe', '7', '--check', '-o', 'json']), 1, /NodeNotFound/);
});

test('--check on a stored cluster that is too small says so', async () => {
  const data = dataFolder('small');
  const command = startCommand(['up', '--data', data, '--nodes', '1']);
  await command.waitForOutput('the live status', (_, stderr) => stderr.includes('leads'));
  command.child.kill('SIGTERM');
  await command.ended;
  assertFailure(
    await runCommand(['up', '--data', data, '--check']),
    2,
    /^conclave: --check needs at least 3 nodes, not 1/,
  );
});

test('folders: dump, save, inspect, restore, recover, repair', async () => {
  const data = dataFolder('tools');
  const copy = dataFolder('copy');
  const file = dataFolder('snapshot');
  summaryOf(await runCommand(['up', '--data', data, '--check', '-o', 'json']));
  const printed = async (...words: string[]): Promise<string> => {
    const result = await runCommand(words);
    assert.equal([result.exitCode, result.stderr], [0, ''], words.join(' '));
    return result.stdout;
  };
  const lines = (await printed('log', 'dump', data, '--node', '3')).trimEnd().split('\n');
  assert.equal(
    lines.map((line) => (JSON.parse(line) as { node: number }).node),
    lines.map(() => 3),
  );
  assert.match(await printed('snapshot', 'save', file, '--data', data), /holds the state up to entry \d+$/m);
  assert.match(await printed('snapshot', 'inspect', file), /^state +6 brokers, 12 topics, 228 partitions$/m);
  assert.match(await printed('snapshot', 'inspect', file), /^orders\.placed +24 +3/m);
  const inspection = JSON.parse(await printed('snapshot', 'inspect', file, '-o', 'json')) as {
    state: { topics: object };
  };
  assert.is(Object.keys(inspection.state.topics).length, 12);
  assert.match(
    await printed('snapshot', 'restore', file, '--data', copy, '--nodes', '5'),
    /start it: conclave up --data/,
  );
  const restored = summaryOf(await runCommand(['up', '--data', copy, '--check', '-o', 'json']));
  assert.equal([restored.nodes, restored.partitions, restored.equal], [5, 228, true]);

  assert.match(await printed('repair', data), /^nothing to repair: all is there up to entry \d+$/m);
  for (const id of [1, 2]) await rm(join(data, `node-${id}`), { recursive: true });
  const lost = await runCommand(['repair', data]);
  assert.is(lost.exitCode, 1);
  assert.match(lost.stdout, /^node 1 missing\nnode 2 missing\nnode 3 intact$/m);
  assert.match(lost.stderr, /^conclave: lost: whatever followed entry \d+; nothing was changed; conclave recover/);
  const words = ['recover', '--data', data, '--from-node', '3'];
  assertFailure(await runCommand(words), 2, /--accept-data-loss$/m);
  assert.match(await printed(...words, '--accept-data-loss'), /^kept: everything up to entry \d+, as node 3 had it/);
  const recovered = summaryOf(await runCommand(['up', '--data', data, '--check', '-o', 'json']));
  assert.equal([recovered.nodes, recovered.partitions, recovered.equal], [3, 228, true]);
  assertFailure(
    await runCommand(['repair', dataFolder('none')]),
    1,
    /^conclave: InvalidArgument: .+ holds no cluster$/m,
  );
});

test('a Ctrl-C during the start or the check ends it with 130, too', async () => {
  const command = startCommand(['up', '--check']);
  await command.waitForOutput('the first table', (stdout) => stdout.includes('NODE'));
  command.child.kill('SIGINT');
  const { exitCode, stderr } = await command.ended;
  assert.is(exitCode, 130);
  assert.is(stderr, '');
});

test.run();
