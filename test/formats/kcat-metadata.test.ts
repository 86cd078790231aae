/** The metadata of kcat: a sample as kcat prints it, whatever is out of shape, written and read back. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import {
  ClusterError,
  defaultTopicConfig,
  readKcatMetadata,
  writeKcatMetadata,
  type BrokerInfo,
  type BrokerStatus,
  type ClusterMetadata,
  type PartitionInfo,
} from '../../src/index.js';

const test = suite('kcat metadata');

/** As `kcat -b kafka-0:9092 -L -J` prints it: broker 2 is down, and partition 1 had no other. */
const SAMPLE = `{"originating_broker":{"id":0,"name":"kafka-0:9092/0"},"query":{"topic":"*"},"controllerid":1,
"brokers":[{"id":0,"name":"kafka-0:9092"},{"id":1,"name":"fd00::1:9092"}],
"topics":[{"topic":"orders","partitions":[
{"partition":1,"error":"Broker: Leader not available","leader":-1,"replicas":[{"id":2}],"isrs":[{"id":2}]},
{"partition":0,"leader":1,"replicas":[{"id":1},{"id":0},{"id":2}],"isrs":[{"id":1},{"id":0}]}]},
{"topic":"none","error":"Broker: Unknown topic or partition","partitions":[]}]}`;

test('a sample: broker 0 is a broker, IPv6 gets brackets, partitions in order, unknown topics left out', () => {
  assert.equal(readKcatMetadata(SAMPLE), {
    brokers: [
      { id: 0, addr: 'kafka-0:9092' },
      { id: 1, addr: '[fd00::1]:9092' },
    ],
    topics: [
      {
        name: 'orders',
        partitions: [
          { partition: 0, leader: 1, replicas: [1, 0, 2], isr: [1, 0] },
          { partition: 1, leader: null, replicas: [2], isr: [2] },
        ],
      },
    ],
  });
});

test('older and filtered output: nothing but brokers and topics is needed', () => {
  assert.equal(readKcatMetadata('{"brokers":[],"topics":[]}'), { brokers: [], topics: [] });
});

function refusal(text: string): string {
  try {
    readKcatMetadata(text);
  } catch (error) {
    assert.instance(error, ClusterError);
    const { code, message, details } = error as ClusterError;
    assert.is(code, 'InvalidArgument');
    return `${typeof details['line'] === 'number' ? `${details['line']}: ` : ''}${message}`;
  }
  return 'accepted';
}

const changed = (from: string, to: string): string => {
  assert.ok(SAMPLE.includes(from), from);
  return SAMPLE.replace(from, to);
};

const wrong: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ['half of it', SAMPLE.slice(0, 200), /^(\d+: )?not valid JSON: /],
  ['a comma too much, with its line', changed('"leader":1,', '"leader":1,,'), /^5: not valid JSON: /],
  ['a list', '[]', /^data must be an object, not a list of 0$/],
  ['no topics', '{"brokers":[]}', /^topics must be a list of at most \d+, not absent$/],
  [
    'a broker without a name',
    changed(',"name":"kafka-0:9092"}', '}'),
    /^brokers\[0\]\.name must be host:port, not absent$/,
  ],
  [
    'a broker without a port',
    changed('"kafka-0:9092"}', '"kafka-0"}'),
    /^brokers\[0\]\.name must be host:port, not "kafka-0"$/,
  ],
  [
    'a leader in words',
    changed('"leader":1', '"leader":"one"'),
    /^topics\[0\]\.partitions\[1\]\.leader must be a whole number from -1 to \d+, not "one"$/,
  ],
  [
    'a bare replica',
    changed('[{"id":1},', '[1,'),
    /^topics\[0\]\.partitions\[1\]\.replicas\[0\] must be an object, not 1$/,
  ],
  [
    'a partition twice',
    changed('"partition":1,', '"partition":0,'),
    /^the partitions of topic orders must be 0 to 1, not 0$/,
  ],
  [
    'a partition left out',
    changed('"partition":1,', '"partition":2,'),
    /^the partitions of topic orders must be 0 to 1, not 2$/,
  ],
  ['a broker twice', changed('{"id":1,"name"', '{"id":0,"name"'), /^broker 0 must be listed once, not 2$/],
  [
    'a topic twice',
    changed(
      '"topic":"none","error":"Broker: Unknown topic or partition","partitions":[]',
      '"topic":"orders","partitions":[{"partition":0,"leader":1,"replicas":[],"isrs":[]}]',
    ),
    /^topic orders must be listed once, not 2$/,
  ],
];
for (const [what, text, message] of wrong) test(`refused by name: ${what}`, () => assert.match(refusal(text), message));

function broker(id: number, status: BrokerStatus): BrokerInfo {
  const resources = { diskTotalBytes: 0, diskUsedBytes: 0, diskAvailableBytes: 0, networkBandwidthBytesPerSecond: 0 };
  const others = { cpuCores: 0, memoryTotalBytes: 0, memoryUsedBytes: 0 };
  const times = { registeredAt: 0, lastHeartbeat: 0, brokerEpoch: 1 };
  return { id, addr: `[::${id}]:9092`, status, rack: '', resources: { ...resources, ...others }, ...times };
}

function partition(topic: string, number: number, replicas: number[], leader: number): PartitionInfo {
  const times = { createdAt: 0, modifiedAt: 0 };
  return {
    topic,
    partition: number,
    replicas,
    leader,
    isr: replicas.slice(0, 2),
    offlineReplicas: [],
    leaderEpoch: 1,
    partitionEpoch: 0,
    ...times,
  };
}

function metadata(brokers: readonly BrokerInfo[], partitions: readonly PartitionInfo[]): ClusterMetadata {
  const counts = new Map<string, number>();
  for (const { topic } of partitions) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  const topics = [...counts].map(([name, numPartitions]) => {
    const times = { createdAt: 0, modifiedAt: 0 };
    return [name, { name, numPartitions, replicationFactor: 2, config: defaultTopicConfig(), ...times }] as const;
  });
  return {
    brokers: Object.fromEntries(brokers.map((each) => [each.id, each])),
    topics: Object.fromEntries(topics),
    partitions: Object.fromEntries(partitions.map((each) => [`${each.topic}:${each.partition}`, each])),
    version: 1,
    lastModified: 0,
  };
}

test('written in the order of kcat; what a fenced broker led has no leader', () => {
  const brokers = [broker(3, 'unreachable'), broker(12, 'draining'), broker(2, 'alive')];
  const text = writeKcatMetadata(metadata(brokers, [partition('b', 0, [3, 2], 3), partition('a', 0, [2, 12], 2)]));
  assert.is(
    text,
    '{"originating_broker":{"id":2,"name":"::2:9092/2"},"query":{"topic":"*"},"controllerid":-1,' +
      '"brokers":[{"id":2,"name":"::2:9092"},{"id":12,"name":"::12:9092"}],' +
      '"topics":[{"topic":"a","partitions":[{"partition":0,"leader":2,"replicas":[{"id":2},{"id":12}],' +
      '"isrs":[{"id":2},{"id":12}]}]},{"topic":"b","partitions":[{"partition":0,' +
      '"error":"Broker: Leader not available","leader":-1,"replicas":[{"id":3},{"id":2}],' +
      '"isrs":[{"id":3},{"id":2}]}]}]}',
  );
  assert.match(writeKcatMetadata(metadata([], [])), /^\{"originating_broker":\{"id":-1,"name":""\}/);
});

test('whatever is written is read back as it was', () => {
  const anyId = fc.integer({ min: 1, max: 9 });
  const anyStatus = fc.constantFrom<BrokerStatus>('alive', 'dead', 'draining', 'unreachable');
  const anyBrokers = fc.uniqueArray(fc.tuple(anyId, anyStatus), { selector: ([id]) => id });
  const anyReplicas = fc.uniqueArray(anyId, { minLength: 1, maxLength: 4 });
  const anyTopics = fc.uniqueArray(
    fc.tuple(fc.stringMatching(/^[a-zA-Z0-9._-]{1,12}$/), fc.array(anyReplicas, { minLength: 1, maxLength: 12 })),
    { selector: ([name]) => name },
  );
  fc.assert(
    fc.property(anyBrokers, anyTopics, (given, topics) => {
      const brokers = given.map(([id, status]) => broker(id, status));
      const partitions = topics.flatMap(([name, lists]) =>
        lists.map((replicas, number) => partition(name, number, replicas, number % 3 === 0 ? 0 : (replicas[0] ?? 0))),
      );
      const present = brokers.filter(({ status }) => status === 'alive' || status === 'draining');
      const ledBy = (leader: number): number | null => (present.some(({ id }) => id === leader) ? leader : null);
      const read = readKcatMetadata(writeKcatMetadata(metadata(brokers, partitions)));
      assert.equal(
        read.brokers,
        present.map(({ id, addr }) => ({ id, addr })).sort((a, b) => a.id - b.id),
      );
      assert.equal(
        read.topics.flatMap(({ name, partitions: known }) => known.map((each) => ({ topic: name, ...each }))),
        partitions
          .map(({ topic, partition: number, leader, replicas, isr }) => ({
            topic,
            partition: number,
            leader: ledBy(leader),
            replicas,
            isr,
          }))
          .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1)),
      );
    }),
  );
});

test.run();
