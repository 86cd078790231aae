/** What holds of every strategy: who may take replicas, how they spread, and that nothing but the input decides. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMetadataMachine } from '../../../src/metadata/metadata-state-machine.js';
import { defaultTopicConfig } from '../../../src/metadata/model.js';
import type { PlacementRequest } from '../../../src/metadata/placement/place-replicas.js';
import { placeReplicas } from '../../../src/metadata/placement/place-replicas.js';
import { joinBytes } from '../../../src/state-machine/canonical-json.js';
import type { MetadataTester } from '../metadata-tester.js';
import type { PlannedBroker } from './clusters.js';
import { createCluster, inRacks, usableOf } from './clusters.js';
import { flawOf } from './flaws.js';

const test = suite('placement');

const STRATEGIES = ['striped', 'resource', 'roundRobin'] as const;

function requestOf(given: Partial<PlacementRequest>): PlacementRequest {
  const config = defaultTopicConfig();
  const shape = { topic: 't', partitions: 1, replicationFactor: 1, strategy: 'striped' as const };
  return { ...shape, seed: 0, config, existing: [], ...given };
}

function codeOf(tester: MetadataTester, request: Partial<PlacementRequest>): string {
  const answer = placeReplicas(tester.machine.image(), requestOf(request));
  return 'error' in answer ? answer.error.code : 'placed';
}

const anyBrokers: fc.Arbitrary<PlannedBroker[]> = fc
  .array(
    fc.record({
      rack: fc.constantFrom('', 'a', 'b', 'c', 'd'),
      status: fc.constantFrom('alive' as const, 'alive' as const, 'dead' as const, 'draining' as const),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((brokers) => brokers.map((broker, place) => ({ id: place + 1, ...broker })));

const anyRequest = fc.record({
  topic: fc.constantFrom('orders', 'payments', '__proto__'),
  partitions: fc.integer({ min: 1, max: 30 }),
  replicationFactor: fc.integer({ min: 1, max: 9 }),
  seed: fc.nat(0xffff_ffff),
  existing: fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
});

for (const strategy of ['striped', 'resource'] as const) {
  test(`${strategy}: no broker twice, racks as wide as can be, fenced brokers last, draining ones never`, () => {
    let placed = 0;
    let refused = 0;
    fc.assert(
      fc.property(anyBrokers, anyRequest, (brokers, given) => {
        const tester = createCluster(brokers);
        const usable = usableOf(tester);
        const request = requestOf({ ...given, strategy });
        const answer = placeReplicas(tester.machine.image(), request);
        const canLead = usable.some(({ status }) => status === 'alive');
        if (usable.length < request.replicationFactor || !canLead) {
          assert.is('error' in answer && answer.error.code, 'NotEnoughBrokers');
          refused += 1;
          return;
        }
        if ('error' in answer) throw new Error(answer.error.message);
        assert.is(answer.value.length, request.partitions);
        for (const replicas of answer.value) {
          assert.is(flawOf(replicas, request.replicationFactor, usable), undefined, replicas.join());
        }
        placed += 1;
      }),
      { numRuns: 300, seed: 1 },
    );
    assert.ok(placed > 60 && refused > 60, `${placed} placed, ${refused} refused`);
  });
}

test('the same request on the same brokers is placed the same, also on a node that restored a snapshot', () => {
  fc.assert(
    fc.property(anyRequest, fc.constantFrom(...STRATEGIES), (given, strategy) => {
      const tester = createCluster(inRacks([3, 3, 3], { diskTotalBytes: 12_345_678_901, cpuCores: 3 }));
      for (const name of ['z', 'y', 'a', 'b.c']) {
        const config = { retentionBytes: name === 'y' ? 1_000_003 : -1 };
        tester.accept('create_topic', { name, partitions: 7, replicationFactor: 2, strategy: 'resource', config });
      }
      const restored = createMetadataMachine();
      restored.restore(joinBytes(tester.machine.capture().serialize()));
      const request = requestOf({ ...given, strategy });
      const first = placeReplicas(tester.machine.image(), request);
      assert.equal(placeReplicas(tester.machine.image(), request), first);
      assert.equal(placeReplicas(restored.image(), request), first);
    }),
    { numRuns: 60, seed: 2 },
  );
});

test('another seed and another name begin elsewhere; round-robin knows neither', () => {
  const tester = createCluster(inRacks([4, 4, 4]));
  for (const strategy of STRATEGIES) {
    const layouts = [0, 1, 2, 3].flatMap((seed) =>
      ['a', 'b', 'c'].map((topic) =>
        JSON.stringify(
          placeReplicas(tester.machine.image(), requestOf({ strategy, seed, topic, replicationFactor: 3 })),
        ),
      ),
    );
    const distinct = new Set(layouts).size;
    assert.ok(strategy === 'roundRobin' ? distinct === 1 : distinct > 6, `${strategy}: ${distinct} of 12`);
  }
});

test('too few brokers, none that may lead, more replicas than one operation may place', () => {
  const tester = createCluster([
    { id: 1, rack: 'a' },
    { id: 2, rack: 'b', status: 'unreachable' },
    { id: 3, rack: 'c', status: 'draining' },
  ]);
  for (const strategy of ['striped', 'resource'] as const) {
    assert.is(codeOf(tester, { strategy, replicationFactor: 2 }), 'placed', 'a fenced broker takes replicas');
    assert.is(codeOf(tester, { strategy, replicationFactor: 3 }), 'NotEnoughBrokers', 'a draining one does not');
  }
  assert.is(codeOf(tester, { strategy: 'roundRobin', replicationFactor: 2 }), 'NotEnoughBrokers');
  assert.is(codeOf(tester, { partitions: 100_000, replicationFactor: 11 }), 'InvalidArgument');
  tester.accept('update_broker', { id: 1, change: { status: 'dead' } });
  for (const strategy of STRATEGIES) assert.is(codeOf(tester, { strategy }), 'NotEnoughBrokers', strategy);
});

test('a new partition is in sync on its active replicas alone, and led by the first of them', () => {
  const tester = createCluster([
    { id: 1, rack: 'a', status: 'dead' },
    { id: 2, rack: 'b' },
    { id: 3, rack: 'c' },
  ]);
  tester.accept('create_topic', { name: 't', partitions: 6, replicationFactor: 3 });
  const partitions = tester.ask('list_partitions', { topic: 't' });
  for (const { leader, replicas, isr, offlineReplicas } of partitions) {
    assert.is(leader, replicas[0]);
    assert.equal(
      isr,
      replicas.filter((id) => id !== 1),
    );
    assert.equal(offlineReplicas, [1]);
  }
});

test.run();
