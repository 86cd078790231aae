/** Placement by resources: what weighs, what counts, what a disk is sure to hold. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BrokerResources, NewTopic } from '../../../src/metadata/model.js';
import type { MetadataTester } from '../metadata-tester.js';
import { encodeJson } from '../metadata-tester.js';
import { createCluster, countsOf, inRacks, rangeOf, usableOf } from './clusters.js';
import { flawOf } from './flaws.js';

const test = suite('placement by resources');

const EQUAL: BrokerResources = {
  diskTotalBytes: 1_000_000,
  diskUsedBytes: 200_000,
  diskAvailableBytes: 800_000,
  networkBandwidthBytesPerSecond: 1_000,
  cpuCores: 8,
  memoryTotalBytes: 1_000,
  memoryUsedBytes: 400,
};

function create(tester: MetadataTester, name: string, spec: Omit<NewTopic, 'strategy'>, placementSeed = 0): string {
  const data = { name, ...spec, strategy: 'resource' };
  const answer = tester.applyAny({ type: 'create_topic', data, timestamp: 1, placementSeed });
  return 'error' in answer ? answer.error.code : 'created';
}

test('on equal brokers, told of or not, leaders are within 1 and replicas within 2 after any topics', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ partitions: fc.integer({ min: 1, max: 20 }), replicationFactor: fc.integer({ min: 1, max: 5 }) }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      fc.constantFrom({}, EQUAL),
      fc.nat(),
      (shapes, resources, seed) => {
        const tester = createCluster(inRacks([2, 2, 2], resources));
        shapes.forEach((shape, place) => assert.is(create(tester, `t-${place}`, shape, seed), 'created'));
        const { leaders, replicas } = countsOf(tester);
        assert.ok(rangeOf(leaders) <= 1, `leaders ${leaders.join()}`);
        assert.ok(rangeOf(replicas) <= 2, `replicas ${replicas.join()}`);
      },
    ),
    { numRuns: 100, seed: 1 },
  );
});

test('more of a resource is more of the partitions, whichever it is', () => {
  const twice: Record<string, Partial<BrokerResources>> = {
    disk: { diskTotalBytes: 2_000_000, diskAvailableBytes: 1_600_000, diskUsedBytes: 400_000 },
    'free disk': { diskUsedBytes: 0, diskAvailableBytes: 1_000_000 },
    cpu: { cpuCores: 16 },
    memory: { memoryUsedBytes: 0 },
    network: { networkBandwidthBytesPerSecond: 2_000 },
  };
  for (const [name, better] of Object.entries(twice)) {
    const brokers = [1, 2, 3, 4].map((id) => ({ id, rack: '', resources: id === 2 ? { ...EQUAL, ...better } : EQUAL }));
    const tester = createCluster(brokers);
    assert.is(create(tester, 't', { partitions: 100, replicationFactor: 1 }), 'created');
    const { leaders, replicas } = countsOf(tester);
    const others = [leaders[0], leaders[2], leaders[3]] as number[];
    assert.ok((leaders[1] ?? 0) > Math.max(...others) + 1, `${name}: ${leaders.join()}`);
    assert.ok(rangeOf(others) <= 1, `${name}: ${leaders.join()}`);
    assert.equal(replicas, leaders);
  }
});

test('where all is known to be twice as much, it is twice as many', () => {
  const double = Object.fromEntries(Object.entries(EQUAL).map(([name, value]) => [name, 2 * value]));
  const tester = createCluster([1, 2, 3].map((id) => ({ id, rack: '', resources: id === 3 ? double : EQUAL })));
  assert.is(create(tester, 't', { partitions: 80, replicationFactor: 1 }), 'created');
  assert.equal(countsOf(tester).leaders, [20, 20, 40]);
});

test('a broker that tells nothing counts as the mean of those that do', () => {
  const tester = createCluster([
    { id: 1, rack: '', resources: { cpuCores: 4 } },
    { id: 2, rack: '', resources: { cpuCores: 12 } },
    { id: 3, rack: '' },
  ]);
  assert.is(create(tester, 't', { partitions: 24, replicationFactor: 1 }), 'created');
  assert.equal(countsOf(tester).leaders, [4, 12, 8]);
});

test('what is there already counts, and no topic is heaped on the broker that has least', () => {
  const tester = createCluster(inRacks([1, 1, 1, 1]));
  const assignment = Array.from({ length: 30 }, (_, place) => [1 + (place % 3)]);
  tester.accept('create_topic', { name: 'old', partitions: 30, replicationFactor: 1, assignment });
  assert.equal(countsOf(tester).leaders, [10, 10, 10, 0]);
  assert.is(create(tester, 'wide', { partitions: 8, replicationFactor: 1 }), 'created');
  assert.equal(countsOf(tester).leaders, [12, 12, 12, 2], 'two of eight each');
  for (let number = 0; number < 10; number += 1) create(tester, `n-${number}`, { partitions: 1, replicationFactor: 1 });
  assert.equal(countsOf(tester).leaders, [12, 12, 12, 12], 'what has one partition goes where least is');
});

test('of those that lead as little the one with fewer replicas leads', () => {
  for (let seed = 0; seed < 8; seed += 1) {
    const tester = createCluster(inRacks([1, 1, 1]));
    tester.accept('create_topic', { name: 'old', partitions: 1, replicationFactor: 2, assignment: [[3, 1]] });
    assert.is(create(tester, 't', { partitions: 1, replicationFactor: 1 }, seed), 'created');
    assert.is(tester.ask('get_partition', { topic: 't', partition: 0 })?.leader, 2, `seed ${seed}`);
  }
});

test('what was created and deleted in the same batch counts', () => {
  const tester = createCluster(inRacks([1, 1]));
  const four = { partitions: 4, replicationFactor: 1 };
  const one = { partitions: 1, replicationFactor: 1, strategy: 'resource' };
  tester.accept('create_topic', { ...four, name: 'gone', assignment: [[1], [1], [1], [1]] });
  const created = ['t', 'u', 'v'].map((name) => ({ type: 'create_topic', data: { ...one, name } }));
  const operations = [
    { type: 'delete_topic', data: { name: 'gone' } },
    { type: 'create_topic', data: { ...four, name: 'new', assignment: [[2], [2], [2], [2]] } },
    ...created,
  ];
  tester.machine.begin();
  operations.forEach((operation, at) => {
    tester.machine.apply(encodeJson(operation), { index: tester.index + 1 + at });
  });
  tester.machine.end();
  assert.equal(countsOf(tester).leaders, [3, 4]);
});

test('leaders are balanced by who leads, not by who was meant to', () => {
  const tester = createCluster(inRacks([1, 1]));
  const both = [1, 2];
  tester.accept('create_topic', {
    name: 'old',
    partitions: 4,
    replicationFactor: 2,
    assignment: [both, both, both, both],
  });
  for (const partition of [0, 1, 2]) {
    tester.accept('update_leader', { topic: 'old', partition, leader: 2, leaderEpoch: 2 });
  }
  assert.is(create(tester, 'a', { partitions: 1, replicationFactor: 2 }), 'created');
  assert.is(tester.ask('get_partition', { topic: 'a', partition: 0 })?.leader, 1);
});

test('a disk takes as many partitions as fit into what is free, and then the others take them', () => {
  const disk = (availableBytes: number) => ({ diskTotalBytes: 1_000, diskAvailableBytes: availableBytes });
  const tester = createCluster([
    { id: 1, rack: 'a', resources: disk(250) },
    { id: 2, rack: 'a', resources: disk(1_000) },
    { id: 3, rack: 'b', resources: disk(700) },
  ]);
  const spec = { partitions: 7, replicationFactor: 2, config: { retentionBytes: 100 } };
  assert.is(create(tester, 't', spec), 'created');
  const { replicas } = countsOf(tester);
  assert.ok((replicas[0] ?? 0) <= 2, `two fit on broker 1: ${replicas.join()}`);
  assert.is(replicas[2], 7);
  assert.is(create(tester, 'u', { ...spec, partitions: 1 }), 'created', 'within rack a, since b is full');
  assert.equal(countsOf(tester).replicas, [(replicas[0] ?? 0) + 1, (replicas[1] ?? 0) + 1, 7]);
  assert.is(create(tester, 'v', { ...spec, partitions: 3 }), 'NotEnoughBrokers', 'not three more on broker 1');
});

test('no disk is ever promised more than it had free, and what fits is placed as wide as racks allow', () => {
  let refused = 0;
  const anyDisk = fc.record(
    { diskTotalBytes: fc.integer({ min: 500, max: 2_000 }), diskUsedBytes: fc.integer({ min: 0, max: 400 }) },
    { requiredKeys: ['diskTotalBytes'] },
  );
  const anyTopic = fc.record({
    partitions: fc.integer({ min: 1, max: 6 }),
    replicationFactor: fc.integer({ min: 1, max: 3 }),
    retentionBytes: fc.integer({ min: 0, max: 400 }),
  });
  fc.assert(
    fc.property(
      fc.array(anyDisk, { minLength: 6, maxLength: 6 }),
      fc.array(anyTopic, { maxLength: 20 }),
      (disks, topics) => {
        const tester = createCluster(
          inRacks([2, 2, 2]).map((broker, at) => ({ ...broker, resources: disks[at] ?? {} })),
        );
        const promised = new Map<number, number>();
        topics.forEach(({ partitions, replicationFactor, retentionBytes }, place) => {
          const name = `t-${place}`;
          const spec = { partitions, replicationFactor, config: { retentionBytes } };
          if (create(tester, name, spec, place) !== 'created') {
            refused += 1;
            return;
          }
          for (const { replicas } of tester.ask('list_partitions', { topic: name })) {
            for (const id of replicas) promised.set(id, (promised.get(id) ?? 0) + retentionBytes);
          }
        });
        for (const { id, resources } of usableOf(tester)) {
          const freeBytes = resources.diskTotalBytes - resources.diskUsedBytes;
          assert.ok((promised.get(id) ?? 0) <= freeBytes, `broker ${id}: ${promised.get(id)} of ${freeBytes}`);
        }
      },
    ),
    { numRuns: 200, seed: 3 },
  );
  assert.ok(refused > 100, `${refused} refused`);
});

test('a partition without a size limit takes a four-thousandth of the disk, and so does one with the largest', () => {
  for (const retentionBytes of [-1, Number.MAX_SAFE_INTEGER]) {
    const resources = { diskTotalBytes: 40_000, diskUsedBytes: 39_950 };
    const tester = createCluster([{ id: 1, rack: '', resources }]);
    const spec = { replicationFactor: 1, config: { retentionBytes } };
    assert.is(create(tester, 't', { ...spec, partitions: 6 }), 'NotEnoughBrokers');
    assert.is(create(tester, 't', { ...spec, partitions: 5 }), 'created');
    assert.is(create(tester, 'u', { ...spec, partitions: 1 }), 'NotEnoughBrokers');
  }
});

test('a full disk takes nothing, an unknown one anything, and sums beyond all numbers still come to an answer', () => {
  const tester = createCluster([
    { id: 1, rack: '', resources: { diskTotalBytes: 1_000, diskUsedBytes: 1_000 } },
    { id: 2, rack: '' },
  ]);
  const config = { retentionBytes: Number.MAX_SAFE_INTEGER - 1 };
  assert.is(create(tester, 't', { partitions: 40, replicationFactor: 1, config }), 'created');
  assert.equal(countsOf(tester).replicas, [0, 40]);
  assert.is(
    create(tester, 'u', { partitions: 1, replicationFactor: 2, config: { retentionBytes: 0 } }),
    'NotEnoughBrokers',
  );
});

test('fenced brokers come after the others of their rack, and after unfenced ones of other racks', () => {
  const tester = createCluster([
    { id: 1, rack: 'a', status: 'dead' },
    { id: 2, rack: 'a' },
    { id: 3, rack: 'b', status: 'unreachable' },
    { id: 4, rack: 'c' },
  ]);
  assert.is(create(tester, 'two', { partitions: 20, replicationFactor: 2 }), 'created');
  assert.equal(countsOf(tester).replicas, [0, 20, 0, 20], 'as wide on unfenced ones');
  assert.is(create(tester, 'three', { partitions: 4, replicationFactor: 3 }), 'created');
  assert.equal(countsOf(tester).replicas, [0, 24, 4, 24], 'the third rack has only a fenced one');
  assert.is(create(tester, 'four', { partitions: 4, replicationFactor: 4 }), 'created');
  assert.is(rangeOf(countsOf(tester).leaders.filter((count) => count > 0)), 0);
  for (const { replicas } of tester.ask('list_partitions', { topic: 'four' })) {
    assert.is(flawOf(replicas, 4, usableOf(tester)), undefined);
  }
});

test.run();
