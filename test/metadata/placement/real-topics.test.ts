/**
 * The topics of a real company on six brokers in three racks: placed by each strategy under many seeds, and led by
 * preferred replicas again after every broker was away.
 */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { balanceLeaders } from '../../../src/controller/leader-balance.js';
import { parseKafkaTopics, type RequestedTopic } from '../../../src/formats/parse-kafka-topics.js';
import type { Operation, Strategy } from '../../../src/metadata/model.js';
import { testRealTopics } from '../../support/real-topics.js';
import type { MetadataTester } from '../metadata-tester.js';
import { encodeJson } from '../metadata-tester.js';
import { countsOf, createCluster, inRacks, rangeOf, usableOf } from './clusters.js';
import { flawOf } from './flaws.js';

const test = suite('real topics');

const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const gibibyte = 1024 ** 3;
const RESOURCES = { diskTotalBytes: 8_000 * gibibyte, diskUsedBytes: 100 * gibibyte, cpuCores: 16 };

/** In one batch, and checked as little as a batch is: there are thousands. */
function applyAll({ machine, index }: MetadataTester, operations: readonly Operation[]): void {
  machine.begin();
  operations.forEach((operation, at) => {
    const answer = machine.apply(encodeJson({ timestamp: 1, ...operation }), { index: index + 1 + at });
    if ('error' in answer) throw new Error(`${JSON.stringify(operation.data)}: ${answer.error.message}`);
  });
  machine.end();
}

function place(topics: readonly RequestedTopic[], strategy: Strategy, placementSeed: number): MetadataTester {
  const tester = createCluster(inRacks([2, 2, 2], strategy === 'resource' && placementSeed % 2 === 0 ? {} : RESOURCES));
  const operations = topics.map(({ name, partitions, replicationFactor = 3, config }) => {
    const data = { name, partitions, replicationFactor, config, strategy };
    return { type: 'create_topic', data, placementSeed };
  });
  applyAll(tester, operations);
  return tester;
}

/** Is fenced, comes back, and is in sync again wherever it was. */
function sendAway(tester: MetadataTester, topics: readonly RequestedTopic[], id: number): void {
  const statuses = (['unreachable', 'alive'] as const).map((status) => ({
    type: 'update_broker',
    data: { id, change: { status } },
  }));
  const reports = topics.flatMap(({ name }) =>
    tester
      .ask('list_partitions', { topic: name })
      .filter(({ replicas }) => replicas.includes(id))
      .map(({ partition, replicas }) => ({ type: 'update_isr', data: { topic: name, partition, isr: replicas } })),
  );
  applyAll(tester, [...statuses, ...reports]);
}

/** How many passes of the controller it takes until there is nothing left to elect. */
function balance(tester: MetadataTester): number {
  for (let passes = 0; ; passes += 1) {
    const { operations } = balanceLeaders(tester.machine.image());
    if (operations.length === 0) return passes;
    applyAll(tester, operations);
  }
}

testRealTopics(test, 'the topics of a real company', (path) => {
  const topics = parseKafkaTopics(readFileSync(path, 'utf8'));

  test('striped: no two replicas in a rack; leaders within 1 in a topic of at most 6 partitions', () => {
    const spreads: string[] = [];
    for (const seed of SEEDS) {
      const tester = place(topics, 'striped', seed);
      assert.is(tester.ask('balance', {}).sharingRack, 0);
      for (const { name, partitions } of topics) {
        const led = new Map([1, 2, 3, 4, 5, 6].map((id) => [id, 0]));
        for (const { leader, replicas } of tester.ask('list_partitions', { topic: name })) {
          assert.is(flawOf(replicas, 3, usableOf(tester)), undefined, `${name}: ${replicas.join()}`);
          led.set(leader, (led.get(leader) ?? 0) + 1);
        }
        if (partitions <= 6) assert.ok(rangeOf([...led.values()]) <= 1, `${name}: ${[...led.values()].join()}`);
      }
      const { leaders, replicas } = countsOf(tester);
      spreads.push(`leaders ${Math.min(...leaders)} to ${Math.max(...leaders)}, replicas ${rangeOf(replicas)} apart`);
    }
    console.log(`striped, ${topics.length} topics, one line a seed:\n  ${spreads.join('\n  ')}`);
  });

  test('by resources: no two replicas in a rack; leaders within 2 over all topics', () => {
    for (const seed of SEEDS) {
      const tester = place(topics, 'resource', seed);
      const { sharingRack, perBroker } = tester.ask('balance', {});
      assert.is(sharingRack, 0);
      const { leaders, replicas } = perBroker;
      assert.ok(leaders.max - leaders.min <= 2, `leaders ${leaders.min} to ${leaders.max}`);
      assert.ok(replicas.max - replicas.min <= 2, `replicas ${replicas.min} to ${replicas.max}`);
    }
  });

  test('by resources, after every broker was away: the balancer ends within 2 over all topics again', () => {
    const tester = place(topics, 'resource', 0);
    const placed = countsOf(tester).leaders;
    for (const id of [1, 2, 3, 4, 5, 6]) sendAway(tester, topics, id);
    const moved = countsOf(tester).leaders;
    assert.ok(rangeOf(moved) > 100, `leaders ${moved.join()}`);
    const passes = balance(tester);
    const { leaders } = countsOf(tester);
    assert.equal(leaders, placed, 'the preferred replicas lead');
    assert.ok(rangeOf(leaders) <= 2, `leaders ${leaders.join()}`);
    console.log(
      `leaders ${moved.join(', ')} of brokers 1 to 6; after balancing (passes: ${passes}) ${leaders.join(', ')}`,
    );
  });
});

test.run();
