/** The text that Prometheus scrapes: the format, and that the README tells of each metric. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { prometheusText, type ClusterMetrics, type HistogramCounts, type ThreadUsage } from '../../src/index.js';
import { createDirection } from '../../src/transport/direction.js';
import { readProjectFile } from '../support/repository.js';

const test = suite('prometheus text');

const thread: ThreadUsage = {
  activeSeconds: 1.5,
  idleSeconds: 2,
  heapUsedBytes: 10,
  heapTotalBytes: 20,
  externalBytes: 30,
};
const counts: HistogramCounts = { bounds: [0.5, 1, 2], counts: [3, 0, 2, 1], sum: 9.25 };

const quiet = { kinds: createDirection().kinds, cut: false, faults: {} };

const metrics: ClusterMetrics = {
  process: { startSeconds: 1_700_000_000.5, cpuSeconds: 12, residentBytes: 1e21, thread },
  client: {
    ...{ writesPending: 3, readsPending: 0, writesAnswered: 9, readsAnswered: 8 },
    ...{ writeSeconds: counts, readSeconds: counts },
    writesFailed: { Timeout: 2, 'a"b\\c\nd': 1 },
  },
  nodes: [
    {
      node: 1,
      up: true,
      paused: false,
      raft: {
        ...{ role: 'leader', voter: true, term: 4, leader: 1, commitIndex: 9, lastLogIndex: 11, snapshotIndex: 5 },
        ...{
          leaderChanges: 2,
          committedEntries: 4,
          mailboxDepth: counts,
          batchEntries: counts,
          walSyncSeconds: counts,
        },
        thread,
      },
      store: { appliedIndex: 8, appliedEntries: 3, snapshotSaveSeconds: counts, snapshotsReceived: 1, thread },
    },
    { node: 2, up: false, paused: false, raft: null, store: null },
  ],
  links: [
    {
      ends: [1, 2],
      state: 'cut',
      reconnects: 7,
      directions: [
        { from: 1, to: 2, delivered: 100, dropped: 5, queued: 6, ...quiet },
        { from: 2, to: 1, delivered: 90, dropped: 0, queued: 0, ...quiet },
      ],
      thread,
    },
  ],
  metadata: {
    ...{ brokers: 5, topics: 2, partitions: 40 },
    problems: [{ reason: 'fencedBrokers', count: 2, names: ['1', '2'], detail: '' }],
  },
};

const lines = prometheusText(metrics).split('\n');
const lineOf = (sample: string): string | undefined => lines.find((line) => line.startsWith(`${sample} `));
const typeOf = new Map(lines.flatMap((line) => [...line.matchAll(/^# TYPE (\S+) (\S+)$/g)]).map((m) => [m[1], m[2]]));

test('each line is one of the format, and every name is valid', () => {
  assert.is(lines.pop(), '', 'the last line has its end');
  const label = '[a-z_]+="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
  const sample = new RegExp(
    `^[a-z_]+(?:\\{${label}(?:,${label})*\\})? (?:[+-]?\\d[\\d.]*(?:e[+-]?\\d+)?|[+-]Inf|NaN)$`,
  );
  const header = /^# (?:HELP [a-z_]+ \S.*\.|TYPE [a-z_]+ (?:gauge|counter|histogram))$/;
  for (const line of lines) assert.ok(sample.test(line) || header.test(line), line);
});

test('HELP, TYPE and samples of a metric once, and together', () => {
  const parts: [string, string][] = [];
  for (const line of lines) {
    const [, kind = 'sample', name = ''] = /^(?:# (HELP|TYPE) )?([a-z_]+)/.exec(line) ?? [];
    const of = typeOf.get(name) === undefined ? name.replace(/_(bucket|sum|count)$/, '') : name;
    const last = parts.at(-1);
    if (last?.[0] !== kind || last[1] !== of) parts.push([kind, of]);
  }
  const expected = [...typeOf.keys()].flatMap((name) => ['HELP', 'TYPE', 'sample'].map((kind) => [kind, name]));
  assert.equal(parts, expected);
  assert.is(new Set(lines).size, lines.length, 'no series twice');
});

test('counters end in _total and nothing else does', () => {
  for (const [name = '', type] of typeOf) assert.is(name.endsWith('_total'), type === 'counter', name);
});

test('buckets are cumulative, and the last one has all', () => {
  const name = 'conclave_disk_wal_fsync_duration_seconds';
  assert.is(typeOf.get(name), 'histogram');
  assert.equal(
    lines.filter((line) => line.startsWith(`${name}_`)),
    [
      `${name}_bucket{node="1",le="0.5"} 3`,
      `${name}_bucket{node="1",le="1"} 3`,
      `${name}_bucket{node="1",le="2"} 5`,
      `${name}_bucket{node="1",le="+Inf"} 6`,
      `${name}_sum{node="1"} 9.25`,
      `${name}_count{node="1"} 6`,
    ],
  );
});

test('values and labels of each kind; quotes, backslashes and line ends are escaped', () => {
  for (const line of [
    'conclave_server_up{node="2"} 0',
    'conclave_server_has_leader{node="1"} 1',
    'conclave_server_proposals_pending 3',
    'conclave_server_proposals_failed_total{code="Timeout"} 2',
    'conclave_server_proposals_failed_total{code="a\\"b\\\\c\\nd"} 1',
    'conclave_network_messages_dropped_total{from="1",to="2"} 5',
    'conclave_network_connected{link="1-2"} 0',
    'conclave_network_cut{link="1-2"} 1',
    'conclave_controller_active_brokers 3',
    'conclave_controller_fenced_brokers 2',
    'conclave_controller_offline_partitions 0',
    'conclave_thread_active_seconds_total{actor="transport-link",link="1-2"} 1.5',
    'conclave_thread_active_seconds_total{actor="host"} 1.5',
    'process_resident_memory_bytes 1e+21',
  ]) {
    assert.is(lineOf(line.slice(0, line.lastIndexOf(' '))), line);
  }
});

test('who tells nothing has no series but that it is down', () => {
  assert.equal(
    lines.filter((line) => line.includes('node="2"')),
    ['conclave_server_up{node="2"} 0', 'conclave_server_paused{node="2"} 0'],
  );
  const text = prometheusText({ ...metrics, metadata: null });
  assert.not.match(text, /conclave_controller/);
});

test('the README tells of each metric', () => {
  const readme = readProjectFile('README.md') ?? '';
  const told = [...readme.matchAll(/^\| `((?:conclave|process)_[a-z_]+)`/gm)].map((row) => row[1]);
  assert.equal(told, [...typeOf.keys()]);
});

test.run();
