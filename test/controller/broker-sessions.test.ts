/** Sessions of brokers on a virtual clock: who is fenced when, in which order, and what a heartbeat is answered. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { CALENDAR_MS, ControllerTester, SESSION_MS } from './controller-tester.js';

const test = suite('controller: broker sessions');

const ALL_WELL = { fenced: false, mayShutDown: false };
const beatOf = (brokerId: number, brokerEpoch = brokerId) => ({ brokerId, brokerEpoch });

test('a broker that never beats keeps its status', () => {
  const tester = new ControllerTester(2);
  tester.pass(10 * SESSION_MS);
  assert.equal(tester.statuses(), ['alive', 'alive']);
  assert.equal(tester.done, []);
});

test('the first heartbeat is answered once the broker is supervised on every node', () => {
  const tester = new ControllerTester(1);
  assert.is(tester.beatOnce(beatOf(1)), 'notYet');
  const proposed = tester.take();
  assert.equal(proposed, [
    {
      type: 'record_heartbeats',
      data: { brokers: [{ brokerId: 1, brokerEpoch: 1, agoMs: 0 }] },
      timestamp: CALENDAR_MS,
    },
  ]);
  assert.is(tester.askAgain(beatOf(1)), 'notYet');
  tester.apply(proposed);
  assert.equal(tester.askAgain(beatOf(1)), ALL_WELL);
  assert.is(tester.broker(1).supervised, true);
});

test('a broker that falls silent is fenced at the end of its session, one that beats is not', () => {
  const tester = new ControllerTester(2);
  tester.beatFor(2 * SESSION_MS, [1, 2]);
  const lastBeatAt = tester.now;
  tester.beatFor(2 * SESSION_MS, [1]);
  assert.equal(tester.statuses(), ['alive', 'unreachable']);
  const [fence, ...others] = tester.done;
  assert.equal([fence?.type, fence?.brokerId, others], ['fence_broker', 2, []]);
  assert.equal(must(fence, 'a fence').at, lastBeatAt + SESSION_MS);
});

test('several silent brokers are fenced one after the other, the longest silent first', () => {
  const tester = new ControllerTester(4);
  for (const id of [3, 1, 4, 2]) {
    tester.beat(beatOf(id));
    tester.pass(10);
  }
  for (let left = 2 * SESSION_MS; left > 0; left -= SESSION_MS / 20) {
    tester.now += SESSION_MS / 20;
    tester.controller.nextWakeUp({ now: tester.now, unixMs: 0, appliedIndex: 0 });
  }
  const fenced: number[] = [];
  for (const expected of [3, 1, 4, 2]) {
    const proposed = tester.take();
    assert.equal(
      proposed.map(({ type, data }) => [type, 'brokerId' in data && data.brokerId]),
      [['fence_broker', expected]],
    );
    assert.equal(tester.take(), [], 'the next only when this one shows');
    tester.apply(proposed);
    fenced.push(expected);
    assert.equal(tester.statuses().filter((status) => status === 'unreachable').length, fenced.length);
  }
  assert.equal(tester.take(), []);
});

test('a leader that has just been elected gives every supervised broker a whole session', () => {
  const tester = new ControllerTester(3);
  tester.beatFor(SESSION_MS, [1, 2]);
  tester.pass(0.9 * SESSION_MS);
  const electedAt = tester.now;
  tester.lead();
  tester.pass(2 * SESSION_MS);
  assert.equal(
    tester.done.map(({ at, type, brokerId }) => [at - electedAt, type, brokerId]),
    [
      [SESSION_MS, 'fence_broker', 1],
      [SESSION_MS, 'fence_broker', 2],
    ],
  );
  assert.equal(tester.statuses(), ['unreachable', 'unreachable', 'alive']);
});

test('a leader that has resigned answers nothing, and hears nothing', () => {
  const tester = new ControllerTester(1);
  tester.beat(beatOf(1));
  tester.resign();
  assert.equal(tester.beatOnce(beatOf(1)), { code: 'NotLeader' });
});

test('a heartbeat of another registration is stale, older or newer, and keeps no session alive', () => {
  const tester = new ControllerTester(2);
  tester.beat(beatOf(1));
  tester.beat(beatOf(2));
  for (let left = SESSION_MS; left > 0; left -= SESSION_MS / 10) {
    tester.pass(SESSION_MS / 10);
    assert.equal(tester.beat(beatOf(1, 9)), { code: 'StaleEpoch' });
    assert.equal(tester.beat(beatOf(2, 0)), { code: 'StaleEpoch' });
  }
  tester.pass(SESSION_MS / 10);
  assert.equal(tester.statuses(), ['unreachable', 'unreachable']);
  assert.equal(tester.beat(beatOf(3)), { code: 'BrokerNotFound' });
  assert.equal(tester.beat({ ...beatOf(1), appliedIndex: -1 }), { code: 'InvalidArgument' });
});

test('the heartbeat of a fenced broker brings it back, once it has come to its own registration', () => {
  const tester = new ControllerTester(2);
  for (const id of [1, 2]) tester.beat(beatOf(id));
  tester.pass(2 * SESSION_MS);
  assert.equal(tester.statuses(), ['unreachable', 'unreachable']);
  assert.equal(tester.beatOnce({ ...beatOf(2), appliedIndex: 1 }), { fenced: true, mayShutDown: false });
  tester.settle();
  assert.is(tester.broker(2).status, 'unreachable');
  assert.is(tester.beatOnce({ ...beatOf(2), appliedIndex: 2 }), 'notYet');
  assert.equal(tester.beat({ ...beatOf(2), appliedIndex: 2 }), ALL_WELL);
  assert.equal(tester.beat(beatOf(1)), ALL_WELL, 'who tells no index lags behind nobody');
  const backAt = tester.now;
  tester.pass(2 * SESSION_MS);
  assert.equal(
    tester.done.slice(-2).map(({ at, type }) => [at - backAt, type]),
    [
      [SESSION_MS, 'fence_broker'],
      [SESSION_MS, 'fence_broker'],
    ],
  );
});

test('a heartbeat that crosses the fence of its broker is answered after it: the broker is back', () => {
  const tester = new ControllerTester(1);
  tester.beat(beatOf(1));
  while (tester.statuses()[0] === 'alive' && tester.now < 2 * SESSION_MS) {
    tester.now += SESSION_MS / 20;
    const proposed = tester.take();
    if (proposed.some(({ type }) => type === 'fence_broker')) {
      assert.is(tester.beatOnce(beatOf(1)), 'notYet', 'alive is what it is about not to be');
    }
    tester.apply(proposed);
  }
  assert.is(tester.askAgain(beatOf(1)), 'notYet');
  tester.settle();
  assert.equal(tester.askAgain(beatOf(1)), ALL_WELL);
  assert.equal(
    tester.done.map(({ type }) => type),
    ['fence_broker', 'unfence_broker'],
  );
});

test('a proposal that does not show is made again after a while, and only then', () => {
  const tester = new ControllerTester(1);
  tester.beatOnce(beatOf(1));
  assert.is(tester.take().length, 1, 'and lost');
  tester.now += 900;
  assert.equal(tester.take(), []);
  tester.now += 200;
  const [again] = tester.take();
  assert.equal([again?.type, again?.data], ['record_heartbeats', { brokers: [{ ...beatOf(1), agoMs: 1_100 }] }]);
  assert.is(tester.askAgain(beatOf(1)), 'notYet');
});

test('a stall of its own is no silence of the brokers', () => {
  const tester = new ControllerTester(1);
  tester.beatFor(SESSION_MS, [1]);
  tester.now += 20 * SESSION_MS;
  tester.settle();
  assert.equal(tester.statuses(), ['alive'], 'its heartbeats stand in a queue');
  tester.pass(SESSION_MS);
  assert.equal(tester.statuses(), ['unreachable'], 'no, they do not');
});

test('what is heard is recorded a few times a session, and only what is new', () => {
  const tester = new ControllerTester(3);
  for (const id of [1, 2, 3]) tester.beat(beatOf(id));
  const from = tester.metadata.index;
  const startedAt = tester.now;
  tester.beatFor(4 * SESSION_MS, [1, 2, 3], SESSION_MS / 50);
  const records = tester.metadata.index - from;
  assert.ok(records >= 12 && records <= 17, `${records} in four sessions`);
  assert.equal(tester.done, []);
  for (const id of [1, 2, 3]) {
    const silentMs = CALENDAR_MS + tester.now - tester.broker(id).lastHeartbeat;
    assert.ok(silentMs <= SESSION_MS / 3, `${silentMs}`);
  }
  assert.ok(tester.broker(1).lastHeartbeat > CALENDAR_MS + startedAt);
  const before = tester.metadata.index;
  tester.pass(SESSION_MS / 2);
  assert.ok(tester.metadata.index - before <= 1, 'silence is not recorded');
});

test('resources are recorded when they change', () => {
  const tester = new ControllerTester(1);
  tester.beat({ ...beatOf(1), resources: { cpuCores: 4 } });
  assert.is(tester.broker(1).resources.cpuCores, 4);
  tester.beatOnce({ ...beatOf(1), resources: { diskUsedBytes: 7 } });
  tester.pass(SESSION_MS / 3);
  assert.equal([tester.broker(1).resources.cpuCores, tester.broker(1).resources.diskUsedBytes], [4, 7]);
  tester.beatOnce({ ...beatOf(1), resources: { cpuCores: 4, diskUsedBytes: 7 } });
  const [record] = Array.from({ length: 3 }, () => {
    tester.now += SESSION_MS / 9;
    return tester.take();
  }).flat();
  assert.equal(Object.keys((record?.data as { brokers: object[] }).brokers[0] ?? {}), [
    'brokerId',
    'brokerEpoch',
    'agoMs',
  ]);
});

test('another incarnation is supervised like the one before, and has a whole session', () => {
  const tester = new ControllerTester(0);
  const register = (incarnationId: string) =>
    tester.write('register_broker', { id: 1, addr: 'a:1', incarnationId }) as { brokerEpoch: number };
  tester.beat(beatOf(1, register('first').brokerEpoch));
  tester.pass(SESSION_MS);
  assert.equal(tester.statuses(), ['unreachable']);
  tester.pass(3 * SESSION_MS);
  const registeredAt = tester.now;
  const { brokerEpoch } = register('second');
  assert.equal(tester.beat(beatOf(1, 1)), { code: 'StaleEpoch' });
  tester.pass(2 * SESSION_MS);
  assert.equal(tester.done.at(-1), { at: registeredAt + SESSION_MS, type: 'fence_broker', brokerId: 1 });
  assert.equal(tester.beat(beatOf(1, brokerEpoch)), ALL_WELL);
});

test('a broker made alive by hand has a whole session, too', () => {
  const tester = new ControllerTester(1);
  tester.beat(beatOf(1));
  tester.pass(5 * SESSION_MS);
  const at = tester.now;
  tester.write('update_broker', { id: 1, change: { status: 'alive' } });
  tester.pass(SESSION_MS / 2);
  assert.equal(tester.statuses(), ['alive']);
  tester.pass(SESSION_MS);
  assert.is(tester.done.at(-1)?.at, at + SESSION_MS);
});

test('the session of a broker that is unregistered is forgotten with it', () => {
  const tester = new ControllerTester(2);
  for (const id of [1, 2]) tester.beat(beatOf(id));
  assert.equal(tester.beatOnce({ ...beatOf(1), shuttingDown: true }), 'notYet');
  tester.write('unregister_broker', { id: 1 });
  assert.equal(tester.askAgain(beatOf(1)), { code: 'BrokerNotFound' });
  assert.equal(tester.take(), []);
  tester.beatFor(2 * SESSION_MS, [2]);
  assert.equal(tester.done, []);
});

test.run();
