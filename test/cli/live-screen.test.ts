/** The screen of `conclave up`: state in, lines out; how frames are written; which events are told. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ChangedRecord } from '../../src/cli/event-lines.js';
import { followEvents, type ToldEvent } from '../../src/cli/live-events.js';
import { screenLines, type LiveState, type ScreenSize } from '../../src/cli/live-screen.js';
import { blockPainter, openFullScreen } from '../../src/cli/painters.js';
import { coloursFor, type Screen } from '../../src/cli/screen.js';
import { textWidth } from '../../src/cli/text-width.js';
import { ClusterError } from '../../src/index.js';
import type { ClusterEvent, ClusterStatus, NodeStatus, WatchedChange } from '../../src/index.js';

const test = suite('live screen');

const plain = coloursFor({ write: () => true }, { NO_COLOR: '1' });
const coloured = coloursFor({ write: () => true }, { FORCE_COLOR: '1' });

function node(id: number, changes: Partial<NodeStatus> = {}): NodeStatus {
  const indexes = { commitIndex: 130, appliedIndex: 129, firstLogIndex: 1, lastLogIndex: 131, snapshotIndex: 0 };
  return { id, role: 'follower', voter: true, paused: false, term: 2, leader: 1, ...indexes, ...changes };
}

const link = { state: 'connected', delivered: 1, dropped: 0, reconnects: 0 } as const;

function status(changes: Partial<ClusterStatus> = {}): ClusterStatus {
  return {
    ...{ leader: 1, term: 2, healthy: true, problems: [], reasons: [] },
    metadata: { brokers: 6, topics: 12, partitions: 228, problems: [] },
    nodes: [node(1, { role: 'leader' }), node(2), node(3)],
    links: [
      { ...link, ends: [1, 2] },
      { ...link, ends: [1, 3] },
    ],
    ...changes,
  };
}

function ill(): ClusterStatus {
  return status({
    ...{ leader: null, healthy: false, problems: ['no leader', 'link 1-3 is cut'] },
    nodes: [node(1, { role: 'stopped', stopReason: 'killed' }), node(2), node(3)],
    links: [
      { ...link, ends: [1, 2] },
      { ...link, ends: [1, 3], state: 'cut' },
    ],
    metadata: {
      ...{ brokers: 6, topics: 1, partitions: 228 },
      problems: [
        { reason: 'fencedBrokers', count: 1, names: ['4'], detail: '1 broker is fenced: 4' },
        { reason: 'underReplicatedPartitions', count: 7, names: [], detail: '7 partitions are under-replicated: a' },
      ],
    },
  });
}

function live(changes: Partial<LiveState> = {}): LiveState {
  const url = 'http://127.0.0.1:7400';
  const figures = { upMs: 3_723_000, operationsPerSecond: 119.6, writesPending: 1 };
  return { url, status: status(), ...figures, events: [], ...changes };
}

function linesAt(size: ScreenSize, changes: Partial<LiveState> = {}): string[] {
  return screenLines(live(changes), size, plain);
}

const NEWS = Array.from({ length: 300 }, (_, number) => ({ at: 0, text: `event ${number}` }));

test('80x24: health, nodes, figures, events, and how to go on', () => {
  const lines = linesAt({ columns: 80, rows: 24 }, { events: NEWS.slice(0, 2) });
  assert.equal(lines.slice(0, 11), [
    'healthy  leader 1  term 2  up 01:02:03',
    '',
    'NODE   ROLE       TERM   COMMIT   APPLIED   LAST LOG',
    '1      leader        2      130       129        131',
    '2      follower      2      130       129        131',
    '3      follower      2      130       129        131',
    '',
    'load        120 operations/s, 1 write pending',
    'brokers     6: 0 fenced',
    'partitions  228: 0 offline, 0 under-replicated; 12 topics',
    'links       2: 2 connected',
  ]);
  assert.match(lines[12] ?? '', /^\d\d:\d\d:\d\d {2}event 0$/);
  assert.equal(lines.slice(14), [
    ...Array.from({ length: 8 }, () => ''),
    'In another terminal: conclave status, conclave node kill leader, conclave watch',
    'http://127.0.0.1:7400  Ctrl-C stops it',
  ]);
});

test('what is wrong is counted and told, in colour', () => {
  const lines = linesAt({ columns: 120, rows: 40 }, { status: ill(), operationsPerSecond: null });
  for (const line of [
    'unhealthy  no leader  term 2  up 01:02:03',
    'load        - operations/s, 1 write pending',
    'brokers     6: 1 fenced',
    'partitions  228: 0 offline, 7 under-replicated; 1 topic',
    'links       2: 1 connected',
    '! no leader',
    '! link 1-3 is cut',
    '! 1 broker is fenced: 4',
    '! 7 partitions are under-replicated: a',
  ]) {
    assert.ok(lines.includes(line), line);
  }
  const red = screenLines(live({ status: ill() }), { columns: 120, rows: 40 }, coloured);
  assert.ok(red.includes(coloured.red('! link 1-3 is cut')));
});

test('40x10: fewer columns and no blank lines, and still the newest event and the way out', () => {
  const lines = linesAt({ columns: 40, rows: 10 }, { events: NEWS });
  assert.is(lines[1], 'NODE   ROLE       COMMIT   APPLIED');
  assert.is(lines.length, 10);
  assert.match(lines[8] ?? '', /event 299$/);
  assert.is(lines[9], 'http://127.0.0.1:7400  Ctrl-C stops it');
});

test('whatever the size, as many lines as rows, and none too wide; what is wrong stands before figures', () => {
  for (const columns of [1, 7, 40, 80, 200]) {
    for (const rows of [1, 2, 5, 10, 17, 24, 60]) {
      for (const state of [live({ events: NEWS }), live({ status: ill(), events: NEWS })]) {
        const lines = screenLines(state, { columns, rows }, coloured);
        assert.is(lines.length, rows);
        assert.ok(
          lines.every((line) => textWidth(line) <= columns),
          `${columns}x${rows}`,
        );
      }
    }
  }
  assert.ok(linesAt({ columns: 80, rows: 8 }, { status: ill() }).includes('! link 1-3 is cut'));
});

test('a large screen is filled with events, the newest last', () => {
  const lines = linesAt({ columns: 80, rows: 60 }, { events: NEWS });
  assert.match(lines[56] ?? '', /event 299$/);
  assert.match(lines[12] ?? '', /event 255$/);
});

test('where it is served elsewhere the command says so', () => {
  const lines = linesAt({ columns: 120, rows: 24 }, { url: 'http://127.0.0.1:9' });
  assert.is(lines.at(-2), 'In another terminal: conclave node kill leader --url http://127.0.0.1:9');
});

function recorder(screen: Partial<Screen> = {}): Screen & { writes: string[] } {
  const writes: string[] = [];
  return { ...screen, write: (more: string) => writes.push(more), writes };
}

test('a frame is one write from the top left; nothing is cleared before it; in the end all is as it was', () => {
  const screen = recorder({ isTTY: true });
  const fullScreen = openFullScreen(screen);
  fullScreen.draw(['a', 'b']);
  fullScreen.draw(['c']);
  fullScreen.close();
  fullScreen.close();
  fullScreen.draw(['late']);
  assert.equal(screen.writes, [
    '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[Ha\u001b[K\nb\u001b[K\u001b[J\u001b[?7h',
    '\u001b[?7l\u001b[Hc\u001b[K\u001b[J\u001b[?7h',
    '\u001b[?25h\u001b[?1049l',
  ]);
});

test('left for a while, the terminal is as it was; the next frame takes the screen again', () => {
  const screen = recorder({ isTTY: true });
  const fullScreen = openFullScreen(screen);
  fullScreen.leave();
  assert.equal(screen.writes, [], 'nothing to leave yet');
  fullScreen.draw(['a']);
  fullScreen.leave();
  fullScreen.draw(['a']);
  const [first, left, again] = screen.writes;
  assert.equal([left, again], ['\u001b[?25h\u001b[?1049l', first]);
  fullScreen.close();
  fullScreen.leave();
  assert.is(screen.writes.length, 4);
});

test('what was never drawn leaves nothing behind', () => {
  const screen = recorder({ isTTY: true });
  openFullScreen(screen).close();
  assert.equal(screen.writes, []);
});

test('a block goes back up by its own height, and never reaches the last row', () => {
  const screen = recorder({ isTTY: true, rows: 4 });
  const draw = blockPainter(screen);
  draw(['a', 'b']);
  assert.not.match(screen.writes.join(''), /\u001b\[\d+A/);
  draw(['a', 'b', 'c', 'd', 'e']);
  assert.match(screen.writes.join(''), /\u001b\[2A/);
  assert.not.match(screen.writes.join(''), /d/);
  draw(['a']);
  assert.match(screen.writes.join(''), /\u001b\[3A/);
});

async function* given<Item>(items: readonly Item[], failure?: Error): AsyncGenerator<Item, undefined> {
  yield* items;
  await Promise.resolve();
  if (failure !== undefined) throw failure;
  return undefined;
}

interface Feeds {
  events?: readonly ClusterEvent[];
  changes?: readonly ChangedRecord[][];
  failure?: Error;
}

async function toldOf({ events = [], changes = [], failure }: Feeds): Promise<string[]> {
  const told: ToldEvent[] = [];
  const watched = changes.map((changed, position) => ({ index: position + 7, events: changed }) as WatchedChange);
  let failures = failure === undefined ? 0 : 1;
  const watch = (): AsyncIterableIterator<WatchedChange, undefined> =>
    given(watched, failures-- > 0 ? failure : undefined);
  const { signal } = new AbortController();
  await followEvents({ events: () => given(events) }, { watch }, signal, (event) => told.push(event));
  return told.map(({ kind, text }) => `${kind}: ${text}`);
}

test('leaders, nodes, faults and health are told, connections are not', async () => {
  const events: ClusterEvent[] = [
    { at: 0, kind: 'leader', leader: 2, term: 3 },
    { at: 0, kind: 'node', node: 1, change: 'stopped', stopReason: 'killed' },
    { at: 0, kind: 'link', ends: [1, 2], change: 'disconnected', seenBy: 2 },
    { at: 0, kind: 'link', ends: [1, 2], change: 'cut', from: null },
  ];
  assert.equal(await toldOf({ events }), [
    'leader: node 2 leads term 3',
    'node: node 1 stopped, stopReason killed',
    'link: link 1-2 cut',
  ]);
});

const CREATED: ChangedRecord[] = [
  { kind: 'topic', key: 'orders', after: {} },
  { kind: 'partition', key: 'orders:0', after: {} },
];
const FENCED: ChangedRecord[] = [
  { kind: 'broker', key: '4', before: { status: 'alive' }, after: { status: 'unreachable' } },
];

test('topics and brokers are told, their partitions are not', async () => {
  assert.equal(await toldOf({ changes: [CREATED, FENCED] }), [
    'metadata: #7 topic orders created',
    'metadata: #8 broker 4 changed: status alive → unreachable',
  ]);
});

test('who was too slow goes on, any other error ends it', async () => {
  const slow = new ClusterError('SlowConsumer', 'too slow');
  assert.is((await toldOf({ changes: [FENCED], failure: slow })).length, 2);
  try {
    await toldOf({ failure: new ClusterError('Stopped', 'it is') });
    assert.unreachable('went on');
  } catch (error) {
    assert.is((error as ClusterError).code, 'Stopped');
  }
});

test.run();
