/** Files of other tools in and out of data folders, by the compiled command: what is done, told, and left alone. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readImportFile } from '../../src/cli/import-file.js';
import { readKafkaTopics, readKcatMetadata, readMetadata, startCluster } from '../../src/index.js';
import { registerBrokers } from '../support/clusters.js';
import { printed, runCommand, startCommand } from '../support/command.js';
import { KCAT, topic } from '../support/import-files.js';
import { testRealTopics } from '../support/real-topics.js';

const test = suite('import and export');

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conclave-import-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

/** A stopped cluster of one node and three brokers, with one topic. */
async function stored(name: string): Promise<string> {
  const dataDir = join(folder, name);
  await using cluster = await startCluster({ nodes: 1, dataDir, durability: 'os' });
  const store = cluster.store();
  await registerBrokers(store, 3);
  const assignment = [
    [1, 2],
    [2, 3],
  ];
  await store.createTopic('kept', { partitions: 2, replicationFactor: 2, assignment, config: { retentionMs: 5 } });
  return dataDir;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

test('Strimzi topics: what is missing is created, what is there is kept and told of', async () => {
  const data = await stored('strimzi');
  const before = (await readMetadata(data)).state;
  const path = await file(
    't.yaml',
    `${topic('kept', '{partitions: 9}')}---\n${topic('new', '{partitions: 4, replicas: 3}')}`,
  );
  const dry = await runCommand(['import', data, path, '--dry-run']);
  assert.is(dry.exitCode, 0);
  assert.is(dry.stdout, '0 brokers registered\n1 topic created, 1 kept\na dry run: nothing was changed\n');
  assert.is(dry.stderr, 'conclave: topic "kept" keeps its 2 partitions; the file says 9\n');
  assert.equal((await readMetadata(data)).state, before, 'a dry run changes nothing');
  const { exitCode, stdout } = await runCommand(['import', data, path, '-o', 'json']);
  assert.is(exitCode, 0);
  assert.equal(JSON.parse(stdout), {
    format: 'strimzi',
    dryRun: false,
    registered: [],
    fenced: [],
    created: ['new'],
    kept: ['kept'],
    reassigned: [],
    underWay: [],
  });
  const { state } = await readMetadata(data);
  assert.equal(Object.keys(state.topics), ['kept', 'new']);
  assert.is(state.partitions['new:3']?.replicas.length, 3);
  assert.equal(state.topics['kept'], before.topics['kept']);
});

test('a topic whose name collides with one that is there is known before, too', async () => {
  const data = await stored('collision');
  assert.match(await printed('import', data, await file('dot.yaml', topic('a.b', '{}'))), /^1 topic created$/m);
  const { exitCode, stderr } = await runCommand(['import', data, await file('line.yaml', topic('a_b', '{}'))]);
  assert.is(exitCode, 1);
  assert.match(stderr, /^conclave: topic "a_b" refused: InvalidArgument: .*a\.b.*; nothing was changed\n$/);
});

test('nothing is done when one topic would be refused, and each that would be is told of', async () => {
  const data = await stored('refused');
  const before = await readMetadata(data);
  const specs = [topic('good', '{}'), topic('greedy', '{replicas: 7}'), topic('a_b', '{}'), topic('a.b', '{}')];
  const path = await file('refused.yaml', specs.join('---\n'));
  for (const words of [[], ['--dry-run']]) {
    const { exitCode, stdout, stderr } = await runCommand(['import', data, path, ...words]);
    assert.is(exitCode, 1);
    assert.is(stdout, '');
    const [greedy, collision, ...others] = stderr.split('\n');
    assert.match(greedy ?? '', /^conclave: topic "greedy" refused: NotEnoughBrokers: /);
    assert.match(collision ?? '', /^conclave: topic "a\.b" refused: InvalidArgument: .*; nothing was changed$/);
    assert.equal(others, ['']);
  }
  assert.equal(await readMetadata(data), before);
});

test('kcat metadata: brokers, and partitions as they were; one that was down is fenced', async () => {
  const data = join(folder, 'kcat');
  await (await startCluster({ nodes: 1, dataDir: data, durability: 'os' })).stop();
  const path = await file('kcat.json', KCAT);
  const { exitCode, stderr } = await runCommand(['import', data, path]);
  assert.is(exitCode, 2);
  assert.match(stderr, /kcat\.json: broker 0: ids begin at 1 here; --broker-offset 1 makes it broker 1\n$/);
  assert.is(
    await printed('import', data, path, '--broker-offset', '1'),
    '3 brokers registered, 1 fenced\n1 topic created\n',
  );
  const { brokers, partitions } = (await readMetadata(data)).state;
  assert.equal(
    Object.values(brokers).map(({ id, addr, status }) => [id, addr, status]),
    [
      [1, 'k0:9092', 'alive'],
      [2, 'k1:9092', 'alive'],
      [3, 'broker-3.invalid:9092', 'unreachable'],
    ],
  );
  const first = partitions['orders:0'];
  assert.equal([first?.leader, first?.replicas, first?.isr], [2, [1, 2, 3], [2, 1]]);
  assert.equal([partitions['orders:1']?.leader, partitions['orders:1']?.isr], [0, [3]]);
  const exported = await printed('export', data, '--format', 'kcat', '--broker-offset', '-1');
  assert.equal(readKcatMetadata(exported), readKcatMetadata(KCAT), 'and out again');
  assert.match(
    (await runCommand(['export', data, '--format', 'kcat', '--broker-offset', '-2'])).stderr,
    /^conclave: --broker-offset: broker 1 would be -1\n$/,
  );
  assert.is(
    await printed('import', data, path, '--broker-offset', '1'),
    '0 brokers registered\n0 topics created, 1 kept\n',
  );
});

test('a reassignment: done where all are in sync, else begun; what cannot be is told before', async () => {
  const data = await stored('reassigned');
  const out = await printed('export', data, '--format', 'reassignment');
  assert.is(await printed('import', data, await file('same.json', out)), '0 partitions reassigned\n');
  const swapped = out.replace(/"replicas":\[(\d),(\d)\]/g, '"replicas":[$2,$1]');
  assert.is(await printed('import', data, await file('swapped.json', swapped)), '2 partitions reassigned\n');
  assert.is(await printed('export', data, '--format', 'reassignment'), swapped);

  const move = { topic: 'kept', partition: 0, replicas: [3, 1] };
  const begin = await file('begin.json', JSON.stringify({ partitions: [move] }));
  const begun = '1 partition reassigned, 1 of them under way until new replicas are in sync\n';
  assert.is(await printed('import', data, begin, '--dry-run'), `${begun}a dry run: nothing was changed\n`);
  assert.is(await printed('import', data, begin), begun);
  const moving = (await readMetadata(data)).state.partitions['kept:0'];
  assert.equal(
    [moving?.replicas, moving?.isr],
    [
      [3, 1, 2],
      [1, 2],
    ],
  );
  assert.equal([moving?.addingReplicas, moving?.removingReplicas], [[3], [2]]);
  assert.is(await printed('import', data, begin), '0 partitions reassigned\n', 'it is on its way there');
  const back = await file('back.json', swapped);
  assert.is(await printed('import', data, back), '1 partition reassigned\n');

  const moves = [
    { topic: 'kept', partition: 0, replicas: [3] },
    { topic: 'kept', partition: 1, replicas: [3, 9] },
    { topic: 'kept', partition: 2, replicas: [3] },
    { topic: 'none', partition: 0, replicas: [3] },
    { topic: 'kept', partition: 7, replicas: [3] },
  ];
  const path = await file('moves.json', JSON.stringify({ version: 1, partitions: moves }));
  const { exitCode, stderr } = await runCommand(['import', data, path]);
  assert.is(exitCode, 1);
  assert.is(
    stderr,
    [
      'conclave: partition kept:1 refused: InvalidAssignment: broker 9 is not registered',
      'conclave: partition kept:2 refused: PartitionNotFound: topic kept has no partition 2',
      'conclave: partition none:0 refused: TopicNotFound: topic none does not exist',
      'conclave: partition kept:7 refused: PartitionNotFound: topic kept has no partition 7; nothing was changed',
      '',
    ].join('\n'),
  );
  assert.is(await printed('export', data, '--format', 'reassignment'), swapped);
});

test('Strimzi resources out of a folder make the same topics in another', async () => {
  const data = await stored('out');
  const text = await printed('export', data, '--format', 'strimzi', '--strimzi-cluster', 'main');
  assert.match(text, /^apiVersion: kafka\.strimzi\.io\/v1\nkind: KafkaTopic\n[^]* {4}strimzi\.io\/cluster: main\n/);
  const [kept] = await readKafkaTopics(text);
  assert.equal([kept?.name, kept?.partitions, kept?.replicationFactor], ['kept', 2, 2]);
  assert.equal(kept?.config, { retentionMs: 5 });
});

test('a folder without a cluster, a file that is none: one line, and no cluster is made', async () => {
  const path = await file('one.yaml', topic('one', '{}'));
  const nowhere = await runCommand(['import', join(folder, 'nowhere'), path]);
  assert.is(nowhere.exitCode, 1);
  assert.match(nowhere.stderr, /^conclave: InvalidArgument: .+nowhere holds no cluster\n$/);
  assert.match(
    (await runCommand(['export', join(folder, 'nowhere'), '--format', 'kcat'])).stderr,
    /holds no cluster\n$/,
  );
  const bad = await runCommand(['import', join(folder, 'nowhere'), await file('bad.json', `${KCAT}}`)]);
  assert.is(bad.exitCode, 2);
  assert.match(bad.stderr, /^conclave: .+bad\.json:1: not valid JSON: .+\n$/);
});

test('up takes a cluster of kcat: its brokers, unless others are asked for beside them', async () => {
  const path = await file('up.json', KCAT);
  const words = ['up', '--topics', path, '--broker-offset', '1', '--nodes', '1', '-o', 'json'];
  for (const [more, brokers] of [
    [[], [1, 2, 3]],
    [
      ['--brokers', '4'],
      [1, 2, 3, 4],
    ],
  ] as const) {
    const command = startCommand([...words, ...more]);
    await command.waitForOutput('a line', (stdout) => stdout.endsWith('\n'));
    command.child.kill('SIGINT');
    const state = JSON.parse((await command.ended).stdout) as { brokers: { id: number }[]; topics: { name: string }[] };
    assert.equal(
      state.brokers.map(({ id }) => id),
      brokers,
    );
    assert.equal(
      state.topics.map(({ name }) => name),
      ['orders'],
    );
  }
  const drilled = await runCommand(['up', '--topics', path, '--broker-offset', '1000', '--check', '-o', 'json']);
  assert.is(drilled.exitCode, 0, drilled.stderr);
  assert.equal((JSON.parse(drilled.stdout) as { equal: boolean }).equal, true);
  const reassignment = await file('moves-only.json', '{"version":1,"partitions":[]}');
  const refused = await runCommand(['up', '--topics', reassignment]);
  assert.is(refused.exitCode, 2);
  assert.match(refused.stderr, /moves-only\.json: a reassignment makes no topics; see conclave import\n$/);
});

test('an unreadable file is refused with its reason', async () => {
  const reasonOf = (path: string): Promise<string> =>
    readImportFile(path, 0).then(
      () => '',
      (error: unknown) => String(error),
    );
  assert.is(await reasonOf('/no/such/file.yaml'), 'CommandError: cannot read /no/such/file.yaml: no such file');
  assert.is(await reasonOf('/'), 'CommandError: cannot read /: it is a directory');
  assert.is(await reasonOf(process.execPath), `CommandError: cannot read ${process.execPath}: not UTF-8 text`);
});

testRealTopics(test, 'the topics of a real company', (path) => {
  test('the topics of a real company, in and out again in each format', async () => {
    const data = await stored('real');
    assert.is(await printed('import', data, path), '0 brokers registered\n118 topics created\n');
    const resources = await file('real.yaml', await printed('export', data, '--format', 'strimzi'));
    const cluster = await file('real.json', await printed('export', data, '--format', 'kcat'));
    const { state } = await readMetadata(data);
    for (const [name, from] of [
      ['again-resources', resources],
      ['again-cluster', cluster],
    ] as const) {
      const again = await stored(name);
      assert.is(await printed('import', again, from), '0 brokers registered\n118 topics created, 1 kept\n');
      const { topics, partitions } = (await readMetadata(again)).state;
      assert.equal(Object.keys(topics), Object.keys(state.topics));
      assert.is(Object.keys(partitions).length, 1643 + 2);
      for (const [key, partition] of Object.entries(name === 'again-cluster' ? partitions : {})) {
        assert.equal(partition.replicas, state.partitions[key]?.replicas, key);
      }
      for (const { name: each, config } of Object.values(name === 'again-resources' ? topics : {})) {
        assert.equal(config, state.topics[each]?.config, each);
      }
    }
  });
});

test.run();
