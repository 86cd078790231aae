/** Changes of a topic's settings: incremental by Kafka's names, or merged in our own form. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConfigChange, TopicInfo } from '../../src/metadata/model.js';
import { defaultTopicConfig } from '../../src/metadata/model.js';
import { alter, append, complaint, set, subtract, testerWith, unset } from './config-changes.js';
import { TIME } from './metadata-tester.js';

const test = suite('metadata: topic configs');

test('set and delete, of typed fields by their Kafka names and of all others', () => {
  const tester = testerWith();
  const config = alter(
    tester,
    set('retention.ms', '-1'),
    set('compression.type', 'zstd'),
    set('segment.bytes', ' 0100 '),
    set('cleanup.policy', 'compact, delete'),
    set('unclean.leader.election.enable', 'TRUE'),
  );
  const usual = defaultTopicConfig();
  assert.equal(config, {
    ...usual,
    retentionMs: -1,
    compressionType: 'zstd',
    segmentBytes: 100,
    extra: { 'cleanup.policy': 'compact,delete', 'unclean.leader.election.enable': 'true' },
  });
  assert.equal(tester.ask('get_topic', { name: 't' })?.config, config);
  const rest = alter(tester, unset('retention.ms'), unset('compression.type'), unset('cleanup.policy'));
  assert.equal(rest, { ...usual, segmentBytes: 100, extra: { 'unclean.leader.election.enable': 'true' } });
});

test('a retention beyond what a double counts exactly is the largest one', () => {
  assert.is(alter(testerWith(), set('retention.ms', '9223372036854775807')).retentionMs, Number.MAX_SAFE_INTEGER);
});

test('append and subtract begin with what is set, or with the default; an element is in a list once', () => {
  const tester = testerWith();
  const policy = (...changes: ConfigChange[]): string | undefined => alter(tester, ...changes).extra['cleanup.policy'];
  assert.is(policy(append('cleanup.policy', 'compact')), 'delete,compact', 'the default is delete');
  assert.is(policy(append('cleanup.policy', ' compact ,delete')), 'delete,compact');
  assert.is(policy(subtract('cleanup.policy', 'delete')), 'compact');
  assert.is(policy(subtract('cleanup.policy', 'nothing of the kind')), 'compact');
  assert.is(policy(subtract('cleanup.policy', 'compact,delete')), '');
  assert.is(policy(append('cleanup.policy', 'delete')), 'delete');

  const throttled = 'leader.replication.throttled.replicas';
  assert.is(alter(tester, append(throttled, '0:1,1:2')).extra[throttled], '0:1,1:2');
  assert.is(alter(tester, append(throttled, '2:1,0:1')).extra[throttled], '0:1,1:2,2:1');
  assert.is(alter(tester, subtract(throttled, '1:2,7:7')).extra[throttled], '0:1,2:1');
  assert.match(complaint(tester, append(throttled, '*')), /must be a list of partition:broker, or \*/);
});

test('only lists are appended to or subtracted from', () => {
  const tester = testerWith();
  for (const key of ['retention.ms', 'compression.type', 'preallocate', 'max.message.bytes']) {
    for (const change of [append(key, '1'), subtract(key, '1')]) {
      assert.is(complaint(tester, change), `${key} is no list: it can be set or deleted`);
    }
  }
});

test('wrong names, values and shapes are refused, saying what is allowed', () => {
  const tester = testerWith();
  for (const [change, message] of [
    [set('cleanup.polcy', 'delete'), 'no topic setting is called "cleanup.polcy"; the nearest is cleanup.policy'],
    [unset('retentionMs'), 'no topic setting is called "retentionMs"; the nearest is retention.ms'],
    [set('retention.ms', '-2'), 'retention.ms must be a whole number of at least -1, not "-2"'],
    [set('retention.ms', ''), 'retention.ms must be a whole number of at least -1, not ""'],
    [set('compression.lz4.level', '18'), 'compression.lz4.level must be a whole number from 1 to 17, not "18"'],
    [set('preallocate', 'yes'), 'preallocate must be true or false, not "yes"'],
    [append('cleanup.policy', 'compacted'), 'cleanup.policy must be a list of compact, delete, not "delete,compacted"'],
    [{ key: 'flush.ms', op: 'set' }, 'changes[0].value must be a text, since flush.ms is to change, not absent'],
    [
      { key: 'flush.ms', op: 'set', value: null },
      'changes[0].value must be a text, since flush.ms is to change, not null',
    ],
    [{ key: 'flush.ms', op: 'set', value: 5 }, 'changes[0].value must be a text, since flush.ms is to change, not 5'],
    [
      { key: 'cleanup.policy', op: 'append' },
      'changes[0].value must be a text, since cleanup.policy is to change, not absent',
    ],
    [
      { key: 'flush.ms', op: 'SET', value: '1' },
      'changes[0].op must be one of set, delete, append, subtract, not "SET"',
    ],
    [{ op: 'set', value: '1' }, 'changes[0].key must be a text, not absent'],
    ['flush.ms=1', 'changes[0] must be an object, not "flush.ms=1"'],
  ] as const) {
    assert.is(complaint(tester, change), message);
  }
  assert.is(
    complaint(tester, ...new Array<ConfigChange>(500).fill(unset('flush.ms'))).slice(0, 25),
    'changes must be a list of',
  );
});

test('a setting is changed once in a call', () => {
  const tester = testerWith();
  const twice = [set('flush.ms', '1'), set('flush.ms', '1')];
  assert.is(complaint(tester, ...twice), 'flush.ms is changed more than once');
  assert.is(
    complaint(tester, unset('retention.ms'), set('retention.ms', '1')),
    'retention.ms is changed more than once',
  );
});

test('all changes of a call or none', () => {
  const tester = testerWith();
  complaint(tester, set('flush.ms', '1'), set('flush.messages', '0'));
  assert.equal(tester.ask('get_topic', { name: 't' })?.config, defaultTopicConfig());
});

test('what comes to what was writes nothing, and moves neither time nor version', () => {
  const tester = testerWith({ segmentMs: 5, extra: { 'flush.ms': '7' } });
  const before = tester.machine.image();
  const same: ConfigChange[][] = [
    [],
    [set('segment.ms', '5'), set('flush.ms', '007')],
    [unset('preallocate'), unset('retention.ms')],
    [set('retention.ms', '604800000')],
  ];
  for (const changes of same) {
    const info = tester.accept('alter_topic_configs', { name: 't', changes }, TIME + 9) as TopicInfo;
    assert.is(info.modifiedAt, TIME, JSON.stringify(changes));
    assert.equal(info, tester.ask('get_topic', { name: 't' }));
    assert.is(tester.machine.image(), before, JSON.stringify(changes));
  }
  alter(tester, set('flush.ms', '8'));
  assert.is(tester.machine.image().version, before.version + 1);
  assert.is(tester.ask('get_topic', { name: 't' })?.modifiedAt, TIME + 1);
});

test('a value that is the default can be set, and is then more than none', () => {
  const tester = testerWith();
  assert.equal(alter(tester, set('cleanup.policy', 'delete')).extra, { 'cleanup.policy': 'delete' });
  assert.equal(alter(tester, unset('cleanup.policy')).extra, {});
});

test('a topic that is not there is told only of changes that some topic may have', () => {
  const tester = testerWith();
  const apply = (change: ConfigChange): string =>
    tester.reject('alter_topic_configs', { name: 'u', changes: [change] });
  assert.is(apply(set('flush.ms', '1')), 'TopicNotFound');
  assert.is(apply(set('flush.ms', '-1')), 'InvalidArgument');
  // Of the defaults it would be a conflict, of another topic's settings perhaps not.
  assert.is(
    tester.reject('alter_topic_configs', {
      name: 'u',
      changes: [set('remote.storage.enable', 'true'), set('local.retention.ms', '999999999999')],
    }),
    'TopicNotFound',
  );
});

test('validateOnly answers what would be, and changes nothing', () => {
  const tester = testerWith();
  const before = tester.machine.image();
  const changes = [set('retention.ms', '5'), append('cleanup.policy', 'compact')];
  const would = tester.accept('alter_topic_configs', { name: 't', changes, validateOnly: true }, TIME + 1) as TopicInfo;
  assert.is(tester.machine.image(), before);
  assert.is(tester.reject('alter_topic_configs', { name: 'u', changes, validateOnly: true }), 'TopicNotFound');
  const wrong = { name: 't', changes: [set('retention.ms', '-5')], validateOnly: true };
  assert.is(tester.reject('alter_topic_configs', wrong), 'InvalidArgument');
  assert.is(
    tester.reject('alter_topic_configs', { name: 't', changes, validateOnly: 'yes' as unknown as boolean }),
    'InvalidArgument',
  );
  assert.equal(tester.accept('alter_topic_configs', { name: 't', changes, validateOnly: false }, TIME + 1), would);
});

test('extra takes the others alone, in their one text, and update merges them name by name', () => {
  const tester = testerWith();
  for (const name of ['retention.ms', 'retentionMs', 'compression.type', 'compressionType', 'min.insync.replicas']) {
    const answer = tester.apply('update_topic', { name: 't', config: { extra: { [name]: '1' } } });
    assert.ok('error' in answer);
    assert.is(answer.error.message, `${name} is a field of the config, and none of its extra settings`);
  }
  const unknown = tester.apply('update_topic', { name: 't', config: { extra: { 'flush.mss': '1' } } });
  assert.is(
    'error' in unknown && unknown.error.message,
    'no topic setting is called "flush.mss"; the nearest is flush.ms',
  );
  const wrong = tester.apply('update_topic', { name: 't', config: { extra: { 'flush.ms': '-1' } } });
  assert.is(
    'error' in wrong && wrong.error.message,
    'config.extra.flush.ms must be a whole number of at least 0, not "-1"',
  );
  tester.accept('update_topic', { name: 't', config: { extra: { 'flush.ms': '+01' } } });
  const before = tester.machine.image();
  tester.accept('update_topic', { name: 't', config: { extra: { 'flush.ms': '1' } } });
  assert.is(tester.machine.image(), before, 'the same value in another text');
  tester.accept('update_topic', { name: 't', config: { extra: { preallocate: 'True' } } });
  assert.equal(tester.ask('get_topic', { name: 't' })?.config.extra, { 'flush.ms': '1', preallocate: 'true' });
});

test.run();
