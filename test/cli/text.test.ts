/** What the command prints as text: tables, durations, colour, spinner. Fake screens, no cluster. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeError, exitCodeOf, usageError } from '../../src/cli/errors.js';
import { describeStatus } from '../../src/cli/event-lines.js';
import { logWriter } from '../../src/cli/log-lines.js';
import { createProgress } from '../../src/cli/progress.js';
import { rackOf } from '../../src/cli/provision.js';
import { coloursFor, type Screen } from '../../src/cli/screen.js';
import { formatBytes, formatDuration, nodeTable, topicTable } from '../../src/cli/tables.js';
import { ClusterError, defaultTopicConfig } from '../../src/index.js';
import type { ClusterStatus, NodeStatus, TopicInfo } from '../../src/index.js';

const test = suite('text');

const plain = coloursFor({ write: () => true }, { NO_COLOR: '1' });
const coloured = coloursFor({ write: () => true }, { FORCE_COLOR: '1' });

function recorder(screen: Partial<Screen> = {}): Screen & { text: () => string } {
  let text = '';
  return { ...screen, write: (more: string) => (text += more), text: () => text };
}

function node(id: number, changes: Partial<NodeStatus> = {}): NodeStatus {
  const indexes = { commitIndex: 130, appliedIndex: 129, firstLogIndex: 1, lastLogIndex: 131, snapshotIndex: 0 };
  return { id, role: 'follower', voter: true, paused: false, term: 2, leader: 1, ...indexes, ...changes };
}

function status(changes: Partial<ClusterStatus> = {}): ClusterStatus {
  const nodes = [node(1, { role: 'leader' }), node(2), node(3, { role: 'stopped', stopReason: 'killed' })];
  return { leader: 1, term: 2, healthy: true, problems: [], reasons: [], metadata: null, nodes, links: [], ...changes };
}

function topic(name: string, config: Partial<TopicInfo['config']> = {}): TopicInfo {
  const times = { createdAt: 0, modifiedAt: 0 };
  return { name, numPartitions: 12, replicationFactor: 3, config: { ...defaultTopicConfig(), ...config }, ...times };
}

test('the node table has one aligned line a node, without trailing blanks', () => {
  assert.is(
    nodeTable(status().nodes, plain),
    [
      'NODE   ROLE               TERM   COMMIT   APPLIED   LAST LOG',
      '1      leader                2      130       129        131',
      '2      follower              2      130       129        131',
      '3      stopped (killed)      2      130       129        131',
    ].join('\n'),
  );
});

test('a log line stays as it is, and is made readable on a terminal', () => {
  const line =
    '{"level":40,"time":1000,"pid":7,"hostname":"h","actor":"raft-node","node":2,"term":3,"message":"late"}\n';
  const file = recorder();
  logWriter(file, plain)(line);
  assert.is(file.text(), line);
  const terminal = recorder({ isTTY: true });
  logWriter(terminal, plain)(line);
  assert.is(terminal.text(), '00:00:01.000 WARN  late actor="raft-node" node=2 term=3\n');
  const names = { 30: 'INFO ', 40: coloured.yellow('WARN '), 50: coloured.red('ERROR') };
  for (const [level, name] of Object.entries(names)) {
    const bright = recorder({ isTTY: true });
    logWriter(bright, coloured)(line.replace('40', level));
    assert.ok(bright.text().includes(` ${name} late`), 'warnings are yellow, errors red, the rest is as it is');
  }
});

test('the topic table names what differs from the defaults by its Kafka name', () => {
  const extra = { 'cleanup.policy': 'compact' };
  const topics = [topic('a'), topic('long.name', { retentionMs: -1, segmentMs: 5, extra })];
  assert.is(
    topicTable(topics, plain),
    [
      'TOPIC       PARTITIONS   REPLICATION   MIN ISR   RETENTION   MAX BYTES   OTHER SETTINGS',
      'a                   12             3         1          7d   unlimited   -',
      'long.name           12             3         1   unlimited   unlimited   segment.ms=5 cleanup.policy=compact',
    ].join('\n'),
  );
});

test('durations and sizes are in the largest unit that divides them', () => {
  const durations = [-1, 0, 1, 1_500, 90_000, 3_600_000, 129_600_000, 604_800_000];
  assert.equal(durations.map(formatDuration), ['unlimited', '0ms', '1ms', '1500ms', '90s', '1h', '36h', '7d']);
  assert.equal([-1, 1_000, 1_024, 5_368_709_120].map(formatBytes), ['unlimited', '1000B', '1KiB', '5GiB']);
});

test('racks: brokers in pairs over three, then round again', () => {
  const racks = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(rackOf);
  assert.equal(racks.join(' '), 'rack-1 rack-1 rack-2 rack-2 rack-3 rack-3 rack-1 rack-1 rack-2');
});

test('colour: NO_COLOR above FORCE_COLOR above the terminal', () => {
  const coloursOn = (screen: Screen, environment: NodeJS.ProcessEnv): boolean =>
    coloursFor(screen, environment).isColorSupported;
  const terminal = recorder({ isTTY: true });
  assert.is(coloursOn(terminal, {}), true);
  assert.is(coloursOn(terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }), false);
  assert.is(coloursOn(terminal, { NO_COLOR: '' }), true, 'an empty NO_COLOR says nothing');
  assert.is(coloursOn(terminal, { TERM: 'dumb' }), false);
  assert.is(coloursOn(recorder(), {}), false);
  assert.is(coloursOn(recorder(), { FORCE_COLOR: '1' }), true);
  assert.is(coloursOn(terminal, { FORCE_COLOR: '0' }), false);
});

test('colours do not disturb the alignment', () => {
  const withoutCodes = nodeTable(status().nodes, coloured).replace(/\u001b\[\d+m/g, '');
  assert.is(withoutCodes, nodeTable(status().nodes, plain));
});

test('progress is silent elsewhere than on a terminal, and still knows its step', () => {
  const screen = recorder();
  const progress = createProgress(screen, plain);
  progress.begin('Starting');
  assert.is(progress.step, 'Starting');
  progress.end('Started');
  progress.stop();
  assert.is(screen.text(), '');
});

test('progress on a terminal: a spinner, then the outcome in its place', () => {
  const screen = recorder({ isTTY: true });
  const progress = createProgress(screen, plain);
  progress.begin('Starting');
  assert.match(screen.text(), /Starting$/);
  progress.end('Started');
  assert.match(screen.text(), /\r\u001b\[2K✓ Started\n$/);
});

test('the status in one line', () => {
  assert.is(describeStatus(status()), 'node 1 leads term 2, healthy');
  const ill = status({ leader: null, healthy: false, problems: ['no leader', 'node 3 is stopped'] });
  assert.is(describeStatus(ill), 'no leader, unhealthy: no leader; node 3 is stopped');
});

test('an error is one line with its code, and its exit code', () => {
  assert.is(
    describeError(new ClusterError('NotEnoughBrokers', 'wants 7,\n  has 6')),
    'NotEnoughBrokers: wants 7, has 6',
  );
  assert.is(describeError(new TypeError('a\nb')), 'TypeError: a b');
  assert.is(describeError('text'), 'text');
  assert.equal([usageError('x'), new ClusterError('NoLeader', 'x'), new Error('x')].map(exitCodeOf), [2, 1, 1]);
});

test.run();
