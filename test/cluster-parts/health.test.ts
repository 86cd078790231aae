/** The parts of `src/cluster` behind health, without threads: the judgement, the feed of events, who is told what. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EventFeed, type ClusterEvent } from '../../src/cluster/events.js';
import { HealthMonitor } from '../../src/cluster/health-monitor.js';
import { judge, type ClusterStatus, type LinkStatus, type NodeStatus } from '../../src/cluster/status.js';

const test = suite('health: parts');

function node(id: number, changes: Partial<NodeStatus> = {}): NodeStatus {
  const indexes = { commitIndex: 5_000, appliedIndex: 5_000, firstLogIndex: 1, lastLogIndex: 5_000, snapshotIndex: 0 };
  return { id, role: 'follower', voter: true, paused: false, term: 2, leader: 1, ...indexes, ...changes };
}

function link(a: number, b: number, changes: Partial<LinkStatus> = {}): LinkStatus {
  return { ends: [a, b], state: 'connected', delivered: 0, dropped: 0, reconnects: 0, ...changes };
}

const NO_FAILURES = new Map<number, string>();

test('every reason once, with all that it names; the lines stay one a problem', () => {
  const status = judge({
    leader: null,
    nodes: [
      node(1, { role: 'stopped' }),
      node(2, { voter: false, appliedIndex: 3_999 }),
      node(3, { paused: true, appliedIndex: 4_000 }),
      node(4, { role: 'stopped' }),
    ],
    links: [link(1, 2, { state: 'cut' }), link(2, 3), link(1, 3, { state: 'connecting', lastError: 'refused' })],
    failures: new Map([[4, 'it was killed']]),
    metadata: null,
  });
  assert.equal(status.problems, [
    'no leader',
    'node 1 is stopped: it was stopped',
    'node 2 is not a voter yet',
    'node 2 is 1001 entries behind',
    'node 3 is paused',
    'node 4 is stopped: it was killed',
    'link 1-2 is cut',
    'link 1-3 is connecting: refused',
  ]);
  assert.equal(
    status.reasons.map(({ reason, count, names }) => [reason, count, names]),
    [
      ['noLeader', 1, []],
      ['stoppedNodes', 2, ['1', '4']],
      ['nodesNotVoting', 1, ['2']],
      ['laggingNodes', 1, ['2']],
      ['pausedNodes', 1, ['3']],
      ['unconnectedLinks', 2, ['1-2', '1-3']],
    ],
  );
  assert.is(status.reasons[1]?.detail, 'node 1 is stopped: it was stopped; node 4 is stopped: it was killed');
  assert.equal([status.healthy, status.term, status.leader], [false, 2, null]);
});

/** A status with problems of the metadata only. */
function statusOf(...reasons: ('fencedBrokers' | 'offlinePartitions')[]): ClusterStatus {
  const problems = reasons.map((reason) => ({ reason, count: 1, names: ['1'], detail: reason }));
  const metadata = { brokers: 1, topics: 1, partitions: 1, problems };
  return judge({ leader: { id: 1, term: 2 }, nodes: [node(1)], links: [], failures: NO_FAILURES, metadata });
}

test('problems of the metadata leave the cluster healthy', () => {
  const { healthy, reasons, problems, metadata } = statusOf('offlinePartitions');
  assert.equal([healthy, reasons, problems], [true, [], []]);
  assert.is(metadata?.problems.length, 1);
});

/** What one that listens from now on is told. */
function listen(feed: EventFeed): { reasons: () => string[]; end: () => Promise<void> } {
  const abort = new AbortController();
  const told: ClusterEvent[] = [];
  const reading = (async () => {
    for await (const event of feed.subscribe(abort.signal)) told.push(event);
  })();
  return {
    reasons: () => told.map((event) => (event['reasons'] as { reason: string }[]).map(({ reason }) => reason).join()),
    async end() {
      abort.abort();
      await reading;
    },
  };
}

test('each who listens is told the state once, and then what differs from what it was told', async () => {
  let subscribed = 0;
  const feed = new EventFeed(() => (subscribed += 1));
  const monitor = new HealthMonitor(feed, () => Promise.resolve());
  assert.is(feed.listened, false);
  const first = listen(feed);
  assert.equal([feed.listened, subscribed], [true, 1]);
  monitor.begin()(statusOf());
  monitor.begin()(statusOf('fencedBrokers'));
  monitor.begin()(statusOf('fencedBrokers'));
  const second = listen(feed);
  monitor.begin()(statusOf('fencedBrokers'));
  monitor.begin()(statusOf('fencedBrokers', 'offlinePartitions'));
  await first.end();
  await second.end();
  assert.equal(first.reasons(), ['', 'fencedBrokers', 'fencedBrokers,offlinePartitions']);
  assert.equal(second.reasons(), ['fencedBrokers', 'fencedBrokers,offlinePartitions']);
  assert.is(feed.listened, false);
});

test('a status that another has overtaken is told to nobody', async () => {
  const feed = new EventFeed(() => undefined);
  const monitor = new HealthMonitor(feed, () => Promise.resolve());
  const listener = listen(feed);
  const [slow, quick] = [monitor.begin(), monitor.begin()];
  quick(statusOf('fencedBrokers'));
  slow(statusOf());
  await listener.end();
  assert.equal(listener.reasons(), ['fencedBrokers']);
});

test('it looks while somebody listens, also when nothing calls for it, and not afterwards', async () => {
  let looks = 0;
  let waiting = (): void => undefined;
  const feed: EventFeed = new EventFeed(() => {
    monitor.wake();
  });
  const monitor: HealthMonitor = new HealthMonitor(feed, () => {
    looks += 1;
    waiting();
    return Promise.resolve();
  });
  monitor.wake();
  const looked = (): Promise<void> =>
    new Promise((resolve) => {
      waiting = resolve;
    });
  assert.is(looks, 0);
  const listener = listen(feed);
  for (const count of [1, 2, 3]) {
    await looked();
    assert.is(looks, count);
  }
  monitor.close();
  await listener.end();
});

test.run();
