/** The recipes, each run by the program that a user would run it with, against the package as it is built. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runProgram, type Output } from '../support/installed-package.js';
import { repositoryRoot } from '../support/repository.js';

const root = fileURLToPath(repositoryRoot);
const node = (...words: string[]): Promise<Output> => runProgram(root, process.execPath, words);

const recipes = suite('recipes');

recipes('uvu', async () => {
  const { stdout } = await node('node_modules/uvu/bin.js', 'test/recipes', 'uvu\\.test\\.js$');
  assert.match(stdout, /Passed: +3\b/);
});

recipes("node's own test runner", async () => {
  const { stdout } = await node('--test', '--test-reporter=tap', 'test/recipes/node-test.test.js');
  assert.match(stdout, /^# pass 2$/m);
});

recipes('Vitest', async () => {
  const words = ['run', '--reporter=tap-flat', '--dir', 'test/recipes', 'vitest.test.js'];
  const { stdout } = await node('node_modules/vitest/vitest.mjs', ...words);
  assert.is(stdout.match(/^ok /gm)?.length, 3);
});

recipes('chaos for a state machine of your own', async () => {
  const { stdout } = await node('--test', '--test-reporter=tap', 'test/recipes/chaos.test.js');
  assert.match(stdout, /^# pass 2$/m);
});

const folder = mkdtempSync(join(tmpdir(), 'conclave-recipes-'));
const kafka = suite('kafka-admin');
const admin = async (...words: string[]): Promise<string> =>
  (await node('test/recipes/kafka-admin.js', join(folder, 'data'), ...words)).stdout;

kafka.after(() => rmSync(folder, { recursive: true }));

kafka('topics are created, described, and their settings altered', async () => {
  const shape = ['--topic', 'orders', '--partitions', '2', '--replication-factor', '2'];
  assert.is(await admin('kafka-topics', '--create', ...shape), 'Created topic orders.\n');
  const settings = ['--entity-name', 'orders', '--add-config', 'retention.ms=86400000'];
  assert.is(await admin('kafka-configs', '--alter', ...settings), 'Completed updating config for topic orders.\n');
  const [topic, ...partitions] = (await admin('kafka-topics', '--describe')).trimEnd().split('\n');
  assert.is(topic, 'Topic: orders\tPartitionCount: 2\tReplicationFactor: 2\tConfigs: retention.ms=86400000');
  assert.is(partitions.length, 2);
  for (const line of partitions) {
    assert.match(line, /^\tTopic: orders\tPartition: \d\tLeader: (\d)\tReplicas: \1,\d\tIsr: \1,\d$/);
  }
});

kafka('a partition is moved, and the move seen', async () => {
  const file = join(folder, 'moves.json');
  const move = { topic: 'orders', partition: 0, replicas: [3, 2, 1] };
  writeFileSync(file, JSON.stringify({ version: 1, partitions: [move] }));
  const words = ['--reassignment-json-file', file];
  assert.match(
    await admin('kafka-reassign-partitions', '--execute', ...words),
    /\nSuccessfully started .* orders-0\n$/,
  );
  assert.match(await admin('kafka-reassign-partitions', '--verify', ...words), 'orders-0 is still in progress.');
});

kafka('offsets of a group are set and told', async () => {
  const group = ['--group', 'billing'];
  await admin('kafka-consumer-groups', '--reset-offsets', ...group, '--topic', 'orders', '--to-offset', '42');
  const told = await admin('kafka-consumer-groups', '--describe', ...group);
  assert.is(told, 'GROUP\tTOPIC\tPARTITION\tCURRENT-OFFSET\nbilling\torders\t0\t42\nbilling\torders\t1\t42\n');
});

kafka('what is refused is one line and exit code 1', async () => {
  const message = await admin('kafka-topics', '--delete', '--topic', 'nothing').then(String, String);
  assert.match(message, /Command failed[^\n]*\nError: TopicNotFound: [^\n]+\n$/);
});

recipes.run();
kafka.run();
