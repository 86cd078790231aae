/** Several topics in one call, incremental settings, and what is only validated, over a node that commits at once. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError } from '../../src/errors.js';
import { ledNode, rejection, storeWithBrokers, withBench } from './client-suite.js';

const test = suite('topic calls');

test(
  'topics created together have a result or an error each',
  withBench(async (bench) => {
    const store = await storeWithBrokers(bench);
    const spec = { partitions: 1, replicationFactor: 1 };
    const results = await store.createTopics([
      { name: 'a', ...spec },
      { name: 'b', partitions: 1, replicationFactor: 9 },
    ]);
    assert.equal(
      results.map((each) => ('topic' in each ? each.topic.name : each.error.code)),
      ['a', 'NotEnoughBrokers'],
    );
    const error = results[1] !== undefined && 'error' in results[1] ? results[1].error : undefined;
    assert.instance(error, ClusterError);
    assert.is(error?.retryable, true);
    assert.match(error?.message ?? '', /9 replicas/);
    assert.equal(await store.createTopics([]), []);
    // What is wrong with every topic of a request is an error of the call.
    await rejection(store.createTopics([{ ...spec } as never]), 'InvalidArgument');
  }),
);

test(
  'settings are changed by their Kafka names',
  withBench(async (bench) => {
    const store = await storeWithBrokers(bench);
    await store.createTopic('a', { partitions: 1, replicationFactor: 1 });
    const { config } = await store.alterTopicConfigs('a', [
      { key: 'retention.ms', op: 'set', value: '7' },
      { key: 'cleanup.policy', op: 'append', value: 'compact' },
    ]);
    assert.is(config.retentionMs, 7);
    assert.equal(config.extra, { 'cleanup.policy': 'delete,compact' });
    assert.equal((await store.getTopic('a'))?.config, config);
    await rejection(store.alterTopicConfigs('b', [{ key: 'flush.ms', op: 'delete' }]), 'TopicNotFound');
    const error = await rejection(store.alterTopicConfigs('a', [{ key: 'flush', op: 'delete' }]), 'InvalidArgument');
    assert.match(error.message, /the nearest is flush.ms/);
  }),
);

test(
  'what is only validated is a linearizable read of what would be, and reaches no log',
  withBench(async (bench) => {
    const node = await ledNode(bench);
    const store = bench.store();
    await store.registerBroker({ id: 1, addr: 'a:1' });
    const topics = [
      { name: 'a', partitions: 1, replicationFactor: 1 },
      { name: 'b', partitions: 1, replicationFactor: 2 },
    ];
    const writes = node.writes.length;
    const [would, refused] = await store.createTopics(topics, { validateOnly: true });
    assert.ok(would !== undefined && 'topic' in would && refused !== undefined && 'error' in refused);
    assert.ok(would.topic.createdAt > 0, 'at the time of the call');
    assert.instance(refused.error, ClusterError);
    assert.is(await store.getTopic('a'), undefined);
    const changes = [{ key: 'retention.ms', op: 'set', value: '7' }] as const;
    await rejection(store.alterTopicConfigs('a', changes, { validateOnly: true }), 'TopicNotFound');
    assert.is(node.writes.length, writes);

    const created = await store.createTopics(topics, { validateOnly: false });
    assert.ok(created[0] !== undefined && 'topic' in created[0]);
    assert.equal({ ...created[0].topic, createdAt: 0, modifiedAt: 0 }, { ...would.topic, createdAt: 0, modifiedAt: 0 });
    assert.is((await store.alterTopicConfigs('a', changes, { validateOnly: true })).config.retentionMs, 7);
    assert.is((await store.getTopic('a'))?.config.retentionMs, 604_800_000);
    assert.is(node.writes.length, writes + 1);
    assert.is(node.localReads.length, 0);
  }),
);

test.run();
