/** Brokers that shut down in a controlled way (KIP-631), on a virtual clock: leaderships first, then the broker. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { ControllerTester, SESSION_MS } from './controller-tester.js';

const test = suite('controller: controlled shutdown');

const ALL_WELL = { fenced: false, mayShutDown: false };
const beatOf = (brokerId: number, brokerEpoch = brokerId) => ({ brokerId, brokerEpoch });

/** A topic on these brokers, each partition led by the first. */
function createTopic(tester: ControllerTester, name: string, assignment: readonly (readonly number[])[]): void {
  const replicationFactor = must(assignment[0], 'a partition').length;
  tester.write('create_topic', { name, partitions: assignment.length, replicationFactor, assignment });
}

test('a broker that wants to shut down hands its leaderships over first, and may go when it is fenced', () => {
  const tester = new ControllerTester(3);
  createTopic(tester, 'a', [
    [1, 2],
    [2, 1],
    [1, 3],
  ]);
  for (const id of [1, 2, 3]) tester.beat(beatOf(id));
  const leaving = { ...beatOf(1), shuttingDown: true };
  assert.is(tester.beatOnce(leaving), 'notYet');
  tester.apply(tester.take());
  assert.equal(tester.statuses(), ['draining', 'alive', 'alive']);
  assert.equal(
    tester.metadata.ask('list_partitions', { topic: 'a' }).map(({ leader }) => leader),
    [2, 2, 3],
  );
  assert.equal(tester.beat(leaving), { fenced: true, mayShutDown: true });
  assert.equal(tester.statuses(), ['unreachable', 'alive', 'alive']);
  assert.equal(tester.beat(leaving), { fenced: true, mayShutDown: true }, 'at once, while it is fenced');
  assert.equal(
    tester.done.map(({ type }) => type),
    ['begin_controlled_shutdown', 'fence_broker'],
  );
});

test('a broker that leads nothing may go at once', () => {
  const tester = new ControllerTester(2);
  createTopic(tester, 'a', [[2, 1]]);
  tester.beat(beatOf(1));
  assert.equal(tester.beat({ ...beatOf(1), shuttingDown: true }), { fenced: true, mayShutDown: true });
  assert.equal(
    tester.done.map(({ type }) => type),
    ['fence_broker'],
  );
  assert.equal(tester.metadata.ask('get_partition', { topic: 'a', partition: 0 })?.isr, [2]);
});

test('it waits until the others, as far as they tell, have seen their new leaderships', () => {
  const tester = new ControllerTester(3);
  createTopic(tester, 'a', [[1, 2]]);
  tester.beat({ ...beatOf(2), appliedIndex: 4 });
  tester.beat(beatOf(3));
  tester.beat(beatOf(1));
  const leaving = { ...beatOf(1), shuttingDown: true };
  assert.equal(tester.beat(leaving), ALL_WELL, 'draining, and broker 2 is behind');
  assert.is(tester.broker(1).status, 'draining');
  const drainedAt = tester.metadata.index;
  tester.beat({ ...beatOf(2), appliedIndex: drainedAt - 1 });
  assert.equal(tester.beat(leaving), ALL_WELL);
  tester.beat({ ...beatOf(2), appliedIndex: drainedAt });
  assert.equal(tester.beat(leaving), { fenced: true, mayShutDown: true });
});

test('a draining broker that falls silent is fenced like any other', () => {
  const tester = new ControllerTester(2);
  createTopic(tester, 'a', [[1, 2]]);
  tester.beat({ ...beatOf(2), appliedIndex: 1 });
  tester.beat({ ...beatOf(1), shuttingDown: true });
  assert.is(tester.broker(1).status, 'draining');
  tester.beatFor(SESSION_MS + 1, [2]);
  assert.equal(tester.statuses(), ['unreachable', 'alive']);
});

test('a broker that was drained by hand is not fenced for that, and is told what it is', () => {
  const tester = new ControllerTester(1);
  tester.beat(beatOf(1));
  tester.write('update_broker', { id: 1, change: { status: 'draining' } });
  tester.beatFor(2 * SESSION_MS, [1]);
  assert.equal(tester.beat(beatOf(1)), ALL_WELL);
  assert.equal(tester.statuses(), ['draining']);
});

test.run();
