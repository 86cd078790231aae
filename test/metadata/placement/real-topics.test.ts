/** The topics of a real company on six brokers in three racks, by each strategy and under many seeds. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseKafkaTopics, type RequestedTopic } from '../../../src/formats/parse-kafka-topics.js';
import type { Strategy } from '../../../src/metadata/model.js';
import { readProjectFile } from '../../support/repository.js';
import type { MetadataTester } from '../metadata-tester.js';
import { countsOf, createCluster, inRacks, rangeOf, usableOf } from './clusters.js';
import { flawOf } from './flaws.js';

const test = suite('real topics');

const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const gibibyte = 1024 ** 3;
const RESOURCES = { diskTotalBytes: 8_000 * gibibyte, diskUsedBytes: 100 * gibibyte, cpuCores: 16 };

function place(topics: readonly RequestedTopic[], strategy: Strategy, placementSeed: number): MetadataTester {
  const tester = createCluster(inRacks([2, 2, 2], strategy === 'resource' && placementSeed % 2 === 0 ? {} : RESOURCES));
  tester.machine.begin();
  topics.forEach(({ name, partitions, replicationFactor = 3, config }, at) => {
    const data = { name, partitions, replicationFactor, config, strategy };
    const operation = { type: 'create_topic', data, timestamp: 1, placementSeed };
    const command = new TextEncoder().encode(JSON.stringify(operation));
    const answer = tester.machine.apply(command, { index: tester.index + 1 + at });
    if ('error' in answer) throw new Error(`${name}: ${answer.error.message}`);
  });
  tester.machine.end();
  return tester;
}

const realFile = '../shared/data/platform-mq-kafka-topics.yaml';
const realText = readProjectFile(realFile);
if (realText === undefined) console.log(`skipped: the topics of a real company: no ${realFile}`);
else {
  const topics = parseKafkaTopics(realText);

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
}

test.run();
