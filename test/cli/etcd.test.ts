/** The compiled command on a real etcd: two processes on one prefix, etcd killed meanwhile, and states that move. */
import { writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import type { BrokerInfo, EtcdStatus, MigrateReport, TopicInfo } from '../../src/index.js';
import { runCommand, startCommand, type CommandResult, type RunningCommand } from '../support/command.js';
import { withDataDir } from '../support/data-dirs.js';
import { eventually } from '../support/deadline.js';
import type { EtcdCluster } from '../support/etcd-cluster.js';
import { testRealTopics } from '../support/real-topics.js';
import { ask, type Answer } from '../support/service.js';
import { onEtcd } from '../support/stores-in-etcd.js';

const test = suite('conclave on etcd');
const withEtcd = onEtcd(test, 'the command on etcd', { size: 1 });

const wordsFor = ({ endpoints }: EtcdCluster, prefix: string): string[] => {
  return ['--endpoints', endpoints.join(), '--prefix', prefix];
};

interface Up {
  readonly command: RunningCommand;
  readonly url: string;
}

function start(etcd: EtcdCluster, prefix: string, ...more: string[]): RunningCommand {
  return startCommand(['up', '--engine', 'etcd', ...wordsFor(etcd, prefix), '--listen', '127.0.0.1:0', ...more]);
}

async function urlOf(command: RunningCommand): Promise<string> {
  let url = '';
  await command.waitForOutput('its address, its state and its health', (stdout, stderr) => {
    url = /^Serving (\S+)$/m.exec(stderr)?.[1] ?? '';
    return url !== '' && stdout !== '' && /health +healthy/.test(stderr);
  });
  return url;
}

/** Two that are started at the same moment, and stopped whatever happens. `words`: of both. */
async function withTwo(
  etcd: EtcdCluster,
  prefix: string,
  body: (one: Up, other: Up) => Promise<void>,
  words: readonly string[] = [],
): Promise<void> {
  const commands = [start(etcd, prefix, ...words), start(etcd, prefix, ...words)];
  try {
    const urls = await Promise.all(commands.map(urlOf));
    const ups = commands.map((command, place) => ({ command, url: must(urls[place], 'an address') }));
    await body(must(ups[0], 'one'), must(ups[1], 'another'));
  } finally {
    for (const { child } of commands) child.kill('SIGINT');
    // What the body has failed with says more than how they end.
    await Promise.allSettled(commands.map(({ ended }) => ended));
  }
}

const on = ({ url }: Up, words: string): Promise<CommandResult> => runCommand([...words.split(' '), '--url', url]);

async function statusOf(up: Up): Promise<EtcdStatus> {
  const { body } = await ask(up, 'GET /v1/status');
  return (body as { status: EtcdStatus }).status;
}

withEtcd('two that begin together on an empty prefix share it, and show each other what they do', (etcd) =>
  withTwo(etcd, '/two', async (one, other) => {
    const created = await on(one, 'topic create mine --partitions 2 --replication-factor 2');
    assert.equal([created.exitCode, created.stdout], [0, 'topic mine created: 2 partitions, replication 2\n']);
    const seen = await on(other, 'topic describe mine');
    assert.match(seen.stdout, /^topic +mine$/m);
    assert.match((await on(other, 'broker list')).stdout, /^6 .* alive/m);
    assert.match((await on(other, 'partition list mine')).stdout, /^mine +1 /m);
    assert.equal([(await on(other, 'group list')).exitCode, (await on(other, 'health')).exitCode], [0, 0]);
    assert.is((await on(other, 'topic delete mine')).exitCode, 0);
    assert.match((await on(one, 'topic describe mine')).stderr, /^conclave: TopicNotFound/);
    await one.command.waitForOutput('a line of it', (_, stderr) => stderr.includes('topic mine created'));
    await other.command.waitForOutput('a line of it', (_, stderr) => stderr.includes('topic mine created'));
    const counts = must((await statusOf(one)).metadata, 'it tells');
    assert.equal([counts.brokers, counts.topics], [6, 12]);
  }),
);

const topicFile = (name: string, partitions: number): string => `
kind: KafkaTopic
apiVersion: kafka.strimzi.io/v1
metadata: { name: ${name} }
spec: { partitions: ${partitions}, replicas: 2 }
`;

/** So many that the second has begun long before the first is done, and each finds what the other was faster in. */
const MANY_TOPICS = 500;

withEtcd('two that fill a prefix at the same time: what the other was faster in is no error', (etcd) =>
  withDataDir(async (folder) => {
    const file = `${folder}/topics.yaml`;
    writeFileSync(file, Array.from({ length: MANY_TOPICS }, (_, topic) => topicFile(`t-${topic}`, 1)).join('---'));
    const isFilled = async (one: Up, other: Up): Promise<void> => {
      for (const up of [one, other]) {
        const counts = must((await statusOf(up)).metadata, 'it tells');
        assert.equal([counts.brokers, counts.topics], [6, MANY_TOPICS]);
      }
    };
    await withTwo(etcd, '/race', isFilled, ['--topics', file]);
  }),
);

withEtcd('status, health, metrics and readiness; nodes and links are not here', (etcd) =>
  withTwo(etcd, '/looks', async (one, other) => {
    const status = await statusOf(one);
    assert.equal([status.engine, status.endpoints, status.prefix], ['etcd', etcd.endpoints, '/looks/']);
    assert.equal([status.problem, 'alarms' in status.etcd && status.etcd.alarms], [null, []]);
    assert.ok(status.joined && status.head.index > 0);
    const { controller } = await statusOf(other);
    assert.is(controller, status.controller, 'both know the same controller');
    const told = (await on(one, 'status')).stdout;
    assert.match(told, /^engine +etcd 3[.\d]+ at http:\S+, prefix \/looks\//m);
    assert.match(told, /^leader +process [0-9a-f]{8}( \(here\))?, term 1$/m);
    assert.match((await on(one, 'health')).stdout, /^healthy, process [0-9a-f]{8}( \(here\))? leads$/m);
    assert.match((await ask(one, 'GET /metrics')).text, /^conclave_controller_brokers 6$/m);
    assert.equal((await ask(one, 'GET /readyz')).text, 'ok');
    assert.is((await ask(one, 'GET /v1/browse/topics?limit=1')).status, 200);
    for (const call of ['GET /v1/nodes', 'POST /v1/nodes/1/kill', 'POST /v1/links/1/2/cut', 'POST /v1/heal']) {
      assert.is((await ask(one, call)).status, 409, call);
    }
    const refused = await on(one, 'node list');
    const line = 'OtherEngine: etcd orders the entries here: its members are managed with etcdctl';
    assert.equal([refused.exitCode, refused.stderr], [1, `conclave: ${line}\n`]);
  }),
);

withEtcd('the one that leads is stopped: the other leads, and the brokers stay alive', (etcd) =>
  withTwo(etcd, '/stopped', async (one, other) => {
    const { writer, controller } = await statusOf(one);
    const [first, second] = writer === controller ? [one, other] : [other, one];
    first.command.child.kill('SIGINT');
    const { exitCode, stderr } = await first.command.ended;
    assert.is(exitCode, 130);
    assert.not.match(stderr, /Error| at /);
    await eventually(async () => {
      const status = await statusOf(second);
      return status.controller === status.writer && status.healthy;
    }, 'the other leads');
    assert.is((await on(second, 'topic create later')).exitCode, 0);
    assert.match((await on(second, 'broker list')).stdout, /^1 .* alive/m);
    // A new controller gives each a full session: that they stay alive is seen by what it hears of them.
    const lastBeat = async (): Promise<number> => {
      const brokers = JSON.parse((await on(second, 'broker list -o json')).stdout) as BrokerInfo[];
      return Math.min(...brokers.map(({ lastHeartbeat }) => lastHeartbeat));
    };
    const before = await lastBeat();
    await eventually(async () => (await lastBeat()) > before, 'heartbeats of all brokers by the other');
  }),
);

withEtcd('etcd is killed: it is told, and over once etcd is back', (etcd) =>
  withTwo(etcd, '/killed', async (one, other) => {
    const ready = (): Promise<Answer> => ask(one, 'GET /readyz');
    await must(etcd.members[0], 'the only one').kill();
    await eventually(async () => (await ready()).status === 503, 'it is not ready');
    assert.match((await ready()).text, /^etcd does not answer: /);
    const health = await on(one, 'health');
    assert.is(health.exitCode, 10);
    assert.match(health.stdout, /^! etcd does not answer: /m);
    await one.command.waitForOutput('a line of it', (_, stderr) => /unhealthy; etcd does not answer/.test(stderr));
    await must(etcd.members[0], 'the only one').start();
    await eventually(async () => (await ready()).status === 200, 'it is ready again', 30_000);
    await eventually(async () => (await on(other, 'topic create again')).exitCode === 0, 'a write', 30_000);
    const topics = JSON.parse((await on(one, 'topic list -o json')).stdout) as TopicInfo[];
    assert.ok(topics.some(({ name }) => name === 'again'));
  }),
);

/** Brokers and topics that are there once it is up. */
async function countsAfter(etcd: EtcdCluster, ...words: string[]): Promise<number[]> {
  const command = start(etcd, '/stays', ...words);
  try {
    const { metadata } = await statusOf({ command, url: await urlOf(command) });
    const { brokers, topics } = must(metadata, 'it tells');
    return [brokers, topics];
  } finally {
    command.child.kill('SIGINT');
    await command.ended;
  }
}

withEtcd('what is there stays, and nothing is added to it unless that is asked for', (etcd) =>
  withDataDir(async (folder) => {
    const [file, another] = [`${folder}/topics.yaml`, `${folder}/more.yaml`];
    writeFileSync(file, topicFile('orders', 2));
    writeFileSync(another, topicFile('payments', 2));
    assert.equal(await countsAfter(etcd, '--brokers', '3', '--topics', file), [3, 1]);
    assert.equal(await countsAfter(etcd), [3, 1]);
    assert.equal(await countsAfter(etcd, '--brokers', '4', '--topics', another), [4, 2]);
  }),
);

withEtcd('nobody answers: exit code 1 and one line', async () => {
  const { exitCode, stdout, stderr } = await runCommand(
    'up --engine etcd --endpoints 127.0.0.1:1 --timeout 3s'.split(' '),
  );
  assert.equal([exitCode, stdout], [1, '']);
  assert.match(stderr, /^conclave: NoLeader: etcd does not answer: [^\n]*; asked at http:\/\/127\.0\.0\.1:1\n$/);
});

async function moved(words: readonly string[]): Promise<MigrateReport> {
  const { exitCode, stdout, stderr } = await runCommand(['migrate', ...words, '-o', 'json']);
  assert.equal([exitCode, stderr], [0, '']);
  return JSON.parse(stdout) as MigrateReport;
}

async function thereAndBack(etcd: EtcdCluster, path: string, from: string, to: string): Promise<void> {
  const filling = await runCommand(['up', '--check', '--topics', path, '--data', from, '-o', 'json']);
  const { stateHash } = JSON.parse(filling.stdout) as { stateHash: string };
  const there = await moved(['--data', from, '--to', 'etcd', ...wordsFor(etcd, '/real')]);
  const back = await moved(['--from', 'etcd', '--data', to, ...wordsFor(etcd, '/real')]);
  const sides = [there.source, there.target, back.source, back.target];
  assert.equal(
    sides.map((side) => [side.topics, side.stateHash]),
    sides.map(() => [118, stateHash]),
  );
  const words = ['migrate', '--data', to, '--to', 'etcd', ...wordsFor(etcd, '/again')];
  const told = await runCommand(words);
  assert.match(told.stdout, new RegExp(`^to +etcd /again +${back.target.index} +${stateHash}$`, 'm'));
  const again = await runCommand(words);
  assert.equal([again.exitCode, again.stdout], [1, '']);
  assert.match(again.stderr, /^conclave: InvalidArgument: the prefix \/again\/ is not empty[^\n]*\n$/);
  const checked = await runCommand(['up', '--check', '--data', to, '-o', 'json']);
  assert.is(checked.exitCode, 0, checked.stderr);
}

testRealTopics(test, 'the 118 real topics to etcd and back, with one hash', (path) => {
  withEtcd('the 118 real topics to etcd and back, with one hash', (etcd) =>
    withDataDir((parent) => thereAndBack(etcd, path, `${parent}/from`, `${parent}/to`)),
  );
});

test.run();
