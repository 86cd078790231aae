/**
 * Kafka's administration tools over a Conclave data folder: the words of `kafka-topics`, `kafka-configs`,
 * `kafka-reassign-partitions` and `kafka-consumer-groups`, and their output. `node kafka-admin.js FOLDER TOOL --…`
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { changedSettingsOf, ClusterError, readReassignment, startCluster, writeReassignment } from 'conclave';

const print = (line) => process.stdout.write(`${line}\n`);
const pairsOf = (text) => text.split(',').map((pair) => pair.split(/=(.*)/s));

const topics = {
  async create(store, { topic, partitions = '1', 'replication-factor': replicationFactor = '1' }) {
    await store.createTopic(topic, { partitions: Number(partitions), replicationFactor: Number(replicationFactor) });
    print(`Created topic ${topic}.`);
  },
  async list(store) {
    for (const { name } of await store.listTopics()) print(name);
  },
  async describe(store, { topic }) {
    const all = await store.listTopics();
    for (const { name, numPartitions, replicationFactor, config } of all) {
      if (topic !== undefined && topic !== name) continue;
      const configs = Object.entries(changedSettingsOf(config)).map(([key, value]) => `${key}=${value}`);
      const shape = `PartitionCount: ${numPartitions}\tReplicationFactor: ${replicationFactor}`;
      print(`Topic: ${name}\t${shape}\tConfigs: ${configs}`);
      for (const { partition, leader, replicas, isr } of await store.listPartitions(name)) {
        const where = `Leader: ${leader || 'none'}\tReplicas: ${replicas}\tIsr: ${isr}`;
        print(`\tTopic: ${name}\tPartition: ${partition}\t${where}`);
      }
    }
  },
  async delete(store, { topic }) {
    await store.deleteTopic(topic);
  },
};

const configs = {
  async alter(store, { 'entity-name': topic, 'add-config': add, 'delete-config': remove }) {
    const set = add === undefined ? [] : pairsOf(add).map(([key, value]) => ({ key, op: 'set', value }));
    const unset = remove === undefined ? [] : remove.split(',').map((key) => ({ key, op: 'delete' }));
    await store.alterTopicConfigs(topic, [...set, ...unset]); // all of them or none
    print(`Completed updating config for topic ${topic}.`);
  },
  async describe(store, { 'entity-name': topic }) {
    print(`Dynamic configs for topic ${topic} are:`);
    const { config } = (await store.getTopic(topic)) ?? {};
    for (const [key, value] of Object.entries(config ? changedSettingsOf(config) : {})) print(`  ${key}=${value}`);
  },
};

const reassignments = {
  async execute(store, { 'reassignment-json-file': file }) {
    const moves = readReassignment(readFileSync(file, 'utf8'));
    const now = await Promise.all(moves.map(({ topic, partition }) => store.getPartition(topic, partition)));
    print(`Current partition replica assignment\n\n${writeReassignment(now.filter(Boolean))}\n`);
    await store.alterReassignments(moves); // all of them or none
    print('Save this to use as the --reassignment-json-file option during rollback');
    const names = moves.map(({ topic, partition }) => `${topic}-${partition}`);
    print(`Successfully started partition reassignments for ${names}`);
  },
  async verify(store, { 'reassignment-json-file': file }) {
    const moving = new Set((await store.listReassignments()).map(({ topic, partition }) => `${topic}-${partition}`));
    print('Status of partition reassignment:');
    for (const { topic, partition } of readReassignment(readFileSync(file, 'utf8'))) {
      const state = moving.has(`${topic}-${partition}`) ? 'still in progress' : 'completed';
      print(`Reassignment of partition ${topic}-${partition} is ${state}.`);
    }
  },
};

const groups = {
  async list(store) {
    for (const { groupId } of await store.groups.list()) print(groupId);
  },
  async describe(store, { group }) {
    print(['GROUP', 'TOPIC', 'PARTITION', 'CURRENT-OFFSET'].join('\t'));
    for (const { topic, partition, offset } of await store.groups.fetchOffsets(group)) {
      print([group, topic, partition, offset].join('\t'));
    }
  },
  async 'reset-offsets'(store, { group, topic, 'to-offset': offset }) {
    const partitions = await store.listPartitions(topic);
    const offsets = partitions.map(({ partition }) => ({ topic, partition, offset: Number(offset) }));
    await store.groups.commitOffsets({ groupId: group, offsets }); // refused while the group has members
    print(['GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET'].join('\t'));
    for (const { partition } of partitions) print([group, topic, partition, offset].join('\t'));
  },
};

/** All that take a value. */
const OPTIONS = [
  ...['topic', 'partitions', 'replication-factor', 'entity-name', 'add-config', 'delete-config'],
  ...['reassignment-json-file', 'group', 'to-offset'],
];

const tools = {
  'kafka-topics': topics,
  'kafka-configs': configs,
  'kafka-reassign-partitions': reassignments,
  'kafka-consumer-groups': groups,
};

const [folder, toolName, ...words] = process.argv.slice(2);
const tool = tools[toolName];
if (tool === undefined) {
  process.stderr.write(`node kafka-admin.js FOLDER ${Object.keys(tools).join('|')} --…\n`);
  process.exit(2);
}
const cluster = await startCluster({ dataDir: folder });
try {
  const store = cluster.store();
  for (const id of [1, 2, 3]) {
    // A new folder gets three brokers; they are records here, and no data flows.
    if ((await store.getBroker(id)) === undefined) await store.registerBroker({ id, addr: `127.0.0.1:${9091 + id}` });
  }
  const flags = Object.keys(tool).map((name) => [name, { type: 'boolean' }]);
  const texts = OPTIONS.map((name) => [name, { type: 'string' }]);
  const { values } = parseArgs({ args: words, options: Object.fromEntries([...flags, ...texts]) });
  const action = Object.keys(tool).find((name) => values[name]);
  if (action === undefined) throw new Error(`one of ${flags.map(([name]) => `--${name}`).join(', ')} is missing`);
  await tool[action](store, values);
} catch (error) {
  process.stderr.write(`Error: ${error instanceof ClusterError ? `${error.code}: ` : ''}${error.message}\n`);
  process.exitCode = 1;
} finally {
  await cluster.stop();
}
