/** What a disk is sure to hold and what a broker weighs, case by case, from reports that may say little. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BrokerInfo, BrokerResources } from '../../../src/metadata/model.js';
import { countRoom, weighBrokers } from '../../../src/metadata/placement/capacity.js';
import { encodeJson } from '../metadata-tester.js';
import { createCluster } from './clusters.js';

const test = suite('capacity');

const NOTHING: BrokerResources = {
  diskTotalBytes: 0,
  diskUsedBytes: 0,
  diskAvailableBytes: 0,
  networkBandwidthBytesPerSecond: 0,
  cpuCores: 0,
  memoryTotalBytes: 0,
  memoryUsedBytes: 0,
};

const rooms: readonly [reported: Partial<BrokerResources>, promisedBytes: number, room: number][] = [
  [{}, 1_000, Infinity],
  [{ diskUsedBytes: 50 }, 0, Infinity],
  [{ diskTotalBytes: 100 }, 0, 10],
  [{ diskTotalBytes: 100, diskUsedBytes: 45 }, 0, 5],
  [{ diskTotalBytes: 100, diskUsedBytes: 100 }, 0, 0],
  [{ diskTotalBytes: 100, diskUsedBytes: 120 }, 0, 0],
  [{ diskTotalBytes: 100, diskAvailableBytes: 35 }, 0, 3],
  [{ diskTotalBytes: 100, diskUsedBytes: 20, diskAvailableBytes: 35 }, 0, 3],
  [{ diskTotalBytes: 100, diskUsedBytes: 80, diskAvailableBytes: 35 }, 0, 2],
  [{ diskAvailableBytes: 35 }, 0, 3],
  [{ diskTotalBytes: 100, diskUsedBytes: 40 }, 30, 3],
  [{ diskTotalBytes: 100, diskUsedBytes: 40 }, 60, 0],
  [{ diskTotalBytes: 100, diskUsedBytes: 40 }, 2 ** 60, 0],
];

test('room: free bytes, as reported or as left of the size, less what is promised', () => {
  for (const [reported, promisedBytes, room] of rooms) {
    const shown = JSON.stringify([reported, promisedBytes]);
    assert.is(countRoom({ ...NOTHING, ...reported }, promisedBytes, 10), room, shown);
  }
  assert.is(countRoom({ ...NOTHING, diskTotalBytes: 10 }, 0, 0), Infinity, 'what stays empty');
  assert.is(countRoom({ ...NOTHING, diskTotalBytes: 10 }, 10, 0), 0, 'and what is full');
});

function weights(...reports: readonly Partial<BrokerResources>[]): number[] {
  return weighBrokers(reports.map((report) => ({ resources: { ...NOTHING, ...report } }) as BrokerInfo));
}

test('weights: against the mean of those that tell, by the resources that any of them tells', () => {
  assert.equal(weights({}, {}), [1, 1]);
  assert.equal(weights({ cpuCores: 1 }, { cpuCores: 3 }), [0.5, 1.5]);
  assert.equal(weights({ cpuCores: 1 }, { cpuCores: 3 }, {}), [0.5, 1.5, 1]);
  const rounded = weights({ cpuCores: 1, diskTotalBytes: 30 }, { cpuCores: 3, diskTotalBytes: 10 }).map((weight) =>
    Number(weight.toFixed(9)),
  );
  assert.equal(rounded, [Number((3.5 / 3).toFixed(9)), Number((2.5 / 3).toFixed(9))], 'the disk counts twice');
  assert.equal(weights({ memoryTotalBytes: 8, memoryUsedBytes: 8 }, { memoryTotalBytes: 8 }), [0.01, 2]);
  assert.equal(weights({ memoryTotalBytes: 8, memoryUsedBytes: 9 }), [1], 'nothing free anywhere tells nothing');
});

test('what was promised comes to the same sum in whatever order the topics are counted', () => {
  const layouts = [
    [1, 2, 3],
    [3, 2, 1],
  ].map((sizes) => {
    const tester = createCluster([
      { id: 1, rack: '', resources: { diskTotalBytes: 400, diskUsedBytes: 399 } },
      { id: 2, rack: '' },
    ]);
    const old = sizes.map((partitions) => {
      const assignment = Array.from({ length: partitions }, () => [1]);
      return { type: 'create_topic', data: { name: `t-${partitions}`, partitions, replicationFactor: 1, assignment } };
    });
    const data = { name: 'placed', partitions: 12, replicationFactor: 1, strategy: 'resource' };
    tester.machine.begin();
    [...old, { type: 'create_topic', data }].forEach((operation, at) => {
      tester.machine.apply(encodeJson(operation), { index: tester.index + 1 + at });
    });
    tester.machine.end();
    return tester.ask('list_partitions', { topic: 'placed' }).map(({ replicas }) => replicas);
  });
  assert.is(layouts[0]?.length, 12);
  assert.equal(layouts[1], layouts[0]);
});

test.run();
