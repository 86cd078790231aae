/** What the live page makes of the news that it gets, without a browser. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import type { ClusterEvent, DirectionReport } from '../../src/index.js';
import { MAX_LINES } from '../../src/page/state/event-line.js';
import { STEPS } from '../../src/page/state/history.js';
import { initialState, withNews, type PageState } from '../../src/page/state/page-state.js';
import { sampleMessages } from '../../src/page/state/traffic.js';
import type { Picture } from '../../src/service/picture.js';
import { direction, node, picture } from './canned-picture.js';

const test = suite('state of the live page');

const seen = (...pictures: Picture[]): PageState =>
  pictures.reduce((state, next) => withNews(state, { kind: 'picture', picture: next }), initialState);

/** With one link alone, whose first direction has these counts. */
function withLink(at: number, changes: Partial<DirectionReport>): Picture {
  const directions = [direction(1, 2, changes), direction(2, 1)];
  return picture({ at, links: [{ ends: [1, 2], state: 'connected', reconnects: 0, directions }] });
}

const kinds = (changes: Partial<DirectionReport['kinds']>): DirectionReport['kinds'] => ({
  ...direction(1, 2).kinds,
  ...changes,
});

test('rates are those between two pictures', () => {
  const first = withLink(1_000, { delivered: 50, dropped: 1, kinds: kinds({ appendEntries: 50 }) });
  const later = withLink(1_200, { delivered: 90, dropped: 3, kinds: kinds({ appendEntries: 80, heartbeat: 10 }) });
  const state = seen(first, later);
  const { deliveredPerSecond, droppedPerSecond, counts } = must(state.traffic.get('1-2'), 'traffic');
  assert.is(deliveredPerSecond, 200);
  assert.is(droppedPerSecond, 10);
  assert.equal(
    [...counts],
    [
      ['append', 30],
      ['heartbeat', 10],
      ['lost', 2],
    ],
  );
  assert.is(must(state.traffic.get('2-1'), 'the other direction').deliveredPerSecond, 0);
});

test('of the first picture, of which nobody knows how long it took, nothing is drawn', () => {
  const state = seen(withLink(1_000, { delivered: 50, kinds: kinds({ appendEntries: 50 }) }));
  assert.is(must(state.traffic.get('1-2'), 'traffic').deliveredPerSecond, 0);
  assert.equal(state.drawn, []);
});

test('nothing is drawn that was not counted, and the rare is drawn first', () => {
  const first = withLink(1_000, {});
  const later = withLink(1_100, {
    delivered: 1_002,
    kinds: kinds({ appendEntries: 900, heartbeat: 100, requestVote: 1, timeoutNow: 1 }),
  });
  const { traffic, drawn } = seen(first, later);
  assert.equal(
    drawn.map(({ from, to, shape }) => `${from}>${to} ${shape}`),
    ['1>2 transfer', '1>2 vote', '1>2 append'],
  );
  const more = sampleMessages(traffic.values(), 10);
  assert.is(more.length, 10, 'as many as are allowed');
  assert.is(more.filter(({ shape }) => shape === 'vote').length, 1, 'one message is one mark');
  const appends = more.filter(({ shape }) => shape === 'append');
  assert.is(
    appends.reduce((sum, { messages }) => sum + messages, 0),
    900,
    'together they stand for all that were counted',
  );
});

test('a link whose counters begin anew is counted from 0', () => {
  const first = withLink(1_000, { delivered: 500, kinds: kinds({ appendEntries: 500 }) });
  const later = withLink(1_100, { delivered: 5, kinds: kinds({ appendEntries: 5 }) });
  const { counts, deliveredPerSecond } = must(seen(first, later).traffic.get('1-2'), 'traffic');
  assert.is(deliveredPerSecond, 50);
  assert.equal([...counts], [['append', 5]]);
});

const at = (ms: number, commitIndex: number, changes: Partial<Picture['client']> = {}): Picture =>
  picture({ at: ms, nodes: [node(1, { commitIndex })], client: { ...picture().client, ...changes } });

test('the charts have a step for each half second, of a minute at most', () => {
  const state = seen(at(0, 0), at(250, 100), at(500, 200, { readsAnswered: 10 }), at(600, 900));
  assert.is(state.history.steps.length, 1);
  const [step] = state.history.steps;
  assert.is(step?.commits, 400);
  assert.is(step?.reads, 20);
  assert.is(step?.writeMs, null, 'no write was answered');
  const many = seen(...Array.from({ length: 300 }, (_, place) => at(place * 500, place)));
  assert.is(many.history.steps.length, STEPS);
});

test('of latencies, the middle of the medians and the worst of the tails', () => {
  const latency = (p50Ms: number, p99Ms: number): Partial<Picture['client']> => ({ writeLatency: { p50Ms, p99Ms } });
  const pictures = [at(0, 0), at(100, 1, latency(1, 9)), at(300, 2, latency(3, 30)), at(500, 3, latency(2, 4))];
  assert.equal(seen(...pictures).history.steps[0]?.writeMs, { p50Ms: 2, p99Ms: 30 });
});

test('a cluster that lost its state, and another run of the service, begin anew', () => {
  const lost = seen(at(0, 1_000), at(500, 2_000), at(1_000, 5), at(1_500, 15));
  assert.equal(
    lost.history.steps.map(({ commits }) => commits),
    [2_000, 20],
  );
  const restarted = seen({ ...at(0, 10), upMs: 60_000 }, { ...at(900, 10), upMs: 5 });
  assert.equal(restarted.history.steps, []);
  assert.is(restarted.picture?.upMs, 5);
});

test('a picture that is told again changes nothing', () => {
  const state = seen(at(1_000, 5));
  assert.is(withNews(state, { kind: 'picture', picture: at(1_000, 5) }), state);
});

test('events are told in words, the newest first, a bounded number', () => {
  const events: ClusterEvent[] = [
    { at: 1, kind: 'leader', leader: 2, term: 7 },
    { at: 2, kind: 'leader', leader: null, term: null },
    { at: 3, kind: 'node', node: 3, change: 'stopped', stopReason: 'killed' },
    { at: 4, kind: 'link', ends: [1, 2], change: 'cut', from: 1 },
    {
      at: 5,
      kind: 'health',
      healthy: false,
      reasons: [{ reason: 'stoppedNodes', count: 1, names: ['3'], detail: '' }],
    },
    { at: 6, kind: 'membership', voters: [1, 2] },
  ];
  const tell = (state: PageState, event: ClusterEvent): PageState => withNews(state, { kind: 'event', event });
  assert.equal(
    events.reduce(tell, initialState).events.map(({ text, tone }) => `${tone}: ${text}`),
    [
      'plain: voters [1,2]',
      'bad: 1 node is stopped: 3',
      'bad: link 1–2 cut, from 1',
      'bad: node 3 stopped (killed)',
      'bad: no leader',
      'good: node 2 leads in term 7',
    ],
  );
  const many = Array.from({ length: 2 * MAX_LINES }, (): ClusterEvent => ({
    at: 1,
    kind: 'leader',
    leader: 1,
    term: 1,
  }));
  assert.is(many.reduce(tell, initialState).events.length, MAX_LINES);
});

test('what is lost stays on show, and is not drawn as if it moved', () => {
  const state = seen(withLink(1_000, {}), withLink(1_100, { kinds: kinds({ heartbeat: 3 }) }));
  assert.is(state.drawn.length, 3);
  const lost = withNews(state, { kind: 'connection', connection: { kind: 'lost', why: 'gone' } });
  assert.equal(lost.drawn, []);
  assert.is(lost.picture, state.picture);
});

test.run();
