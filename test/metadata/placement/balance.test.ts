/** The balance report on layouts that are counted by hand. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createCluster } from './clusters.js';

const test = suite('balance');

const NOTHING = { min: 0, max: 0, mean: 0, standardDeviation: 0 };

test('of nothing', () => {
  assert.equal(createCluster([]).ask('balance', {}), {
    brokers: [],
    racks: [],
    perBroker: { replicas: NOTHING, leaders: NOTHING, diskUsed: NOTHING },
    perRack: { replicas: NOTHING, leaders: NOTHING },
    sharingRack: 0,
    examples: [],
  });
});

test('replicas, leaders, racks, disks, and who shares a rack without need', () => {
  const tester = createCluster([
    { id: 1, rack: 'a', resources: { diskTotalBytes: 100, diskUsedBytes: 20, diskAvailableBytes: 80 } },
    { id: 2, rack: 'a', resources: { diskTotalBytes: 200, diskUsedBytes: 80 } },
    { id: 3, rack: 'b', resources: { diskTotalBytes: 100, diskAvailableBytes: 100 } },
    { id: 4, rack: '' },
  ]);
  tester.accept('create_topic', {
    name: 't',
    partitions: 5,
    replicationFactor: 2,
    assignment: [
      [1, 2],
      [2, 3],
      [1, 3],
      [2, 1],
      [1, 4],
    ],
  });
  tester.accept('create_topic', { name: 'all', partitions: 1, replicationFactor: 4, assignment: [[3, 1, 2, 4]] });
  tester.accept('update_leader', { topic: 't', partition: 2, leader: 0, leaderEpoch: 2 });
  tester.accept('update_broker', { id: 4, change: { status: 'draining' } });
  const report = tester.ask('balance', {});
  const broker = { status: 'alive' };
  assert.equal(report.brokers, [
    { ...broker, id: 1, rack: 'a', replicas: 5, leaders: 2, diskUsed: 1 - 80 / 100 },
    { ...broker, id: 2, rack: 'a', replicas: 4, leaders: 2, diskUsed: 1 - 120 / 200 },
    { ...broker, id: 3, rack: 'b', replicas: 3, leaders: 1, diskUsed: 0 },
    { id: 4, rack: '', status: 'draining', replicas: 2, leaders: 0, diskUsed: null },
  ]);
  assert.equal(report.racks, [
    { rack: '', brokers: 1, replicas: 2, leaders: 0 },
    { rack: 'a', brokers: 2, replicas: 9, leaders: 4 },
    { rack: 'b', brokers: 1, replicas: 3, leaders: 1 },
  ]);
  const { replicas, leaders, diskUsed } = report.perBroker;
  assert.equal([replicas.min, replicas.max, replicas.mean], [2, 5, 3.5]);
  assert.equal([leaders.min, leaders.max, leaders.mean], [0, 2, 1.25]);
  assert.is(replicas.standardDeviation.toFixed(9), Math.sqrt((2.25 + 0.25 + 0.25 + 2.25) / 4).toFixed(9));
  assert.equal([diskUsed.min, diskUsed.max], [0, 0.4]);
  assert.equal([report.perRack.replicas.min, report.perRack.replicas.max], [2, 9]);
  assert.is(report.sharingRack, 2);
  assert.equal(report.examples, [
    { topic: 't', partition: 0 },
    { topic: 't', partition: 3 },
  ]);
});

test('a rack where every broker drains is none that replicas could go to', () => {
  const tester = createCluster([
    { id: 1, rack: 'a' },
    { id: 2, rack: 'a' },
    { id: 3, rack: 'b' },
  ]);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 2, assignment: [[1, 2]] });
  assert.is(tester.ask('balance', {}).sharingRack, 1);
  tester.accept('update_broker', { id: 3, change: { status: 'draining' } });
  assert.is(tester.ask('balance', {}).sharingRack, 0);
});

test.run();
