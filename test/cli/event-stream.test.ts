/** Server-sent events out of pieces, and what happens in a cluster told in lines. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clusterLine, metadataLines, statusLine, type ChangedRecord } from '../../src/cli/event-lines.js';
import { readEvents, type ServerEvent } from '../../src/cli/event-stream.js';
import { defaultTopicConfig, type ClusterEvent, type ClusterStatus } from '../../src/index.js';

const test = suite('event stream');

async function eventsOf(text: string, pieceBytes: number): Promise<ServerEvent[]> {
  const bytes = new TextEncoder().encode(text);
  async function* pieces(): AsyncGenerator<Uint8Array, void, void> {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const events: ServerEvent[] = [];
  for await (const event of readEvents(pieces())) events.push(event);
  return events;
}

test('the same events, however the stream is cut into pieces, and with any kind of line end', async () => {
  const text = [
    ': a comment',
    '',
    'id: 7',
    '',
    'event: cluster',
    'data: {"a":1}',
    '',
    'data:first',
    'data: second: ü',
    'id: 8',
    '',
    'event: nothing',
    '',
    'retry: 100',
    'data',
    '',
    'event: cut off',
    'data: x',
  ];
  const expected = [
    { event: 'cluster', id: '7', data: '{"a":1}' },
    { event: 'message', id: '8', data: 'first\nsecond: ü' },
    { event: 'message', id: '8', data: '' },
  ];
  for (const end of ['\n', '\r\n', '\r']) {
    for (const pieceBytes of [1, 2, 3, 7, 1_000]) {
      assert.equal(await eventsOf(text.join(end), pieceBytes), expected, `${JSON.stringify(end)} ${pieceBytes}`);
    }
  }
});

function told(event: Partial<ClusterEvent> & Pick<ClusterEvent, 'kind'>): string {
  const text = clusterLine({ at: 0, ...event });
  assert.match(text, /^\d\d:\d\d:\d\d\.000 {2}\w+ +/);
  return text.slice(14);
}

test('what happens to nodes, links and leaders', () => {
  assert.is(told({ kind: 'leader', leader: 2, term: 3 }), 'leader      node 2 leads term 3');
  assert.is(told({ kind: 'leader', leader: null, term: null }), 'leader      no leader');
  assert.is(
    told({ kind: 'node', node: 1, change: 'stopped', stopReason: 'killed' }),
    'node        node 1 stopped, stopReason killed',
  );
  assert.is(told({ kind: 'link', ends: [1, 2], change: 'cut', from: 1 }), 'link        link 1-2 cut, from 1');
  assert.is(
    told({ kind: 'membership', voters: [{ id: 1, incarnation: 'a' }, { id: 2 }], learners: [], from: null }),
    'membership  voters 1,2, learners none',
  );
  assert.is(told({ kind: 'health', healthy: true, reasons: [] }), 'health      healthy');
  const reasons = [{ reason: 'noLeader', count: 1, names: [], detail: 'no leader' }];
  assert.is(told({ kind: 'health', healthy: false, reasons }), 'health      unhealthy; no leader');
  assert.match(told({ kind: 'node', node: 1, change: '\u001b[2J' }), /\\u\{1b\}\[2J$/);
  const status = { leader: 1, term: 2, healthy: true, problems: [], metadata: null } as Partial<ClusterStatus>;
  assert.match(statusLine(0, status as ClusterStatus), /status {6}node 1 leads term 2, healthy$/);
});

function changed(...records: ChangedRecord[]): string[] {
  return metadataLines(0, 9, records).map((text) => text.slice(26));
}

test('what has changed in a record, and the partitions of a topic together', () => {
  const partition = { leader: 1, isr: [1, 2], modifiedAt: 1, partitionEpoch: 0 };
  const after = { ...partition, leader: 2, isr: [2], modifiedAt: 2, partitionEpoch: 1 };
  assert.equal(changed({ kind: 'partition', key: 'orders:0', before: partition, after }), [
    '#9 partition orders:0 changed: leader 1 → 2, isr 1,2 → 2',
  ]);
  const config = defaultTopicConfig();
  assert.equal(
    changed({ kind: 'topic', key: 'orders', before: { config }, after: { config: { ...config, retentionMs: 5 } } }),
    ['#9 topic orders changed: retention.ms 604800000 → 5'],
  );
  const created = [0, 1, 2].map((number) => ({ kind: 'partition', key: `orders:${number}`, after: partition }));
  assert.equal(changed({ kind: 'topic', key: 'orders', after: {} }, ...created), [
    '#9 topic orders created',
    '#9 3 partitions of orders created',
  ]);
  assert.equal(changed({ kind: 'broker', key: '1', before: {} }), ['#9 broker 1 deleted']);
  const beat = { kind: 'broker', key: '1', before: { lastHeartbeat: 1 }, after: { lastHeartbeat: 2 } };
  assert.equal(changed(beat), [], 'a heartbeat is no news');
});

test.run();
