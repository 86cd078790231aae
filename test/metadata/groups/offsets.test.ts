/** Committed offsets: who may commit when, how they are kept, and how they end. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { OffsetTable } from '../../../src/metadata/groups/offsets.js';
import { listOffsets, NO_OFFSETS, withOffsets } from '../../../src/metadata/groups/offsets.js';
import { findGroup } from '../../../src/metadata/groups/group-image.js';
import { createMetadataMachine } from '../../../src/metadata/metadata-state-machine.js';
import { joinBytes } from '../../../src/state-machine/canonical-json.js';
import { must } from '../../../src/assert.js';
import { encodeJson, TIME } from '../metadata-tester.js';
import { createGroupTester, GROUP, type GroupTester } from './group-tester.js';

const WEEK_MS = 604_800_000;

const offsets = [{ topic: 'orders', partition: 2, offset: 7, metadata: 'note' }];
const fetched = ({ metadata }: GroupTester, groupId = GROUP) => metadata.ask('fetch_offsets', { groupId });

const commit = suite('groups: commit');

commit('a member commits at its generation, and fetches what it committed', () => {
  const group = createGroupTester();
  const [memberId = ''] = group.settle(2);
  const { metadata } = group;
  metadata.accept('commit_offsets', { groupId: GROUP, memberId, generation: 2, offsets });
  metadata.accept('commit_offsets', {
    groupId: GROUP,
    memberId,
    generation: 2,
    offsets: [
      { topic: 'orders', partition: 0, offset: 1 },
      { topic: 'orders', partition: 0, offset: 2 },
      { topic: 'payments', partition: 1, offset: 0 },
    ],
  });
  assert.equal(fetched(group), [
    { topic: 'orders', partition: 0, offset: 2, metadata: '' },
    { topic: 'orders', partition: 2, offset: 7, metadata: 'note' },
    { topic: 'payments', partition: 1, offset: 0, metadata: '' },
  ]);
});

commit('while members join it may still commit; while it does not know its assignment it may not', () => {
  const group = createGroupTester();
  const [leader = '', memberId = ''] = group.settle(2);
  const { metadata } = group;
  group.join();
  metadata.accept('commit_offsets', { groupId: GROUP, memberId, generation: 2, offsets });
  group.join(leader);
  group.join(memberId);
  const data = { groupId: GROUP, memberId, offsets };
  assert.is(metadata.reject('commit_offsets', { ...data, generation: 2 }), 'IllegalGeneration');
  assert.is(metadata.reject('commit_offsets', { ...data, generation: 3 }), 'RebalanceInProgress');
});

commit('whoever is no member commits only while there are none', () => {
  const group = createGroupTester();
  const { metadata } = group;
  metadata.accept('commit_offsets', { groupId: GROUP, offsets });
  metadata.accept('commit_offsets', { groupId: GROUP, memberId: 'anyone', generation: -1, offsets });
  assert.is(group.state(), 'Empty 0');
  assert.is(metadata.reject('commit_offsets', { groupId: GROUP, generation: 0, offsets }), 'UnknownMember');
  const [memberId = ''] = group.settle(1);
  assert.is(metadata.reject('commit_offsets', { groupId: GROUP, offsets }), 'UnknownMember');
  assert.is(metadata.reject('commit_offsets', { groupId: GROUP, generation: 1, offsets }), 'UnknownMember');
  assert.is(metadata.reject('commit_offsets', { groupId: GROUP, memberId, offsets }), 'IllegalGeneration');
  assert.is(metadata.reject('commit_offsets', { groupId: 'other', memberId, generation: 1, offsets }), 'GroupNotFound');
});

commit('only partitions that exist have offsets, and all of a commit or none', () => {
  const group = createGroupTester();
  const { metadata } = group;
  metadata.accept('create_topic', { name: 'later', partitions: 1, replicationFactor: 1, assignment: 'none' });
  const strays: [string, number, string][] = [
    ['nothing', 0, 'TopicNotFound'],
    ['payments', 2, 'PartitionNotFound'],
    ['later', 0, 'PartitionNotFound'],
  ];
  for (const [topic, partition, code] of strays) {
    const stray = { topic, partition, offset: 1 };
    assert.is(metadata.reject('commit_offsets', { groupId: GROUP, offsets: [...offsets, stray] }), code);
  }
  assert.equal(fetched(group), []);
});

commit('a commit of nothing changes nothing, and makes no group', () => {
  const { metadata } = createGroupTester();
  metadata.accept('commit_offsets', { groupId: GROUP, offsets: [] });
  assert.equal(metadata.ask('list_groups', {}), []);
});

commit('notes of more than 4,096 characters, and offsets that are none, are refused', () => {
  const { metadata } = createGroupTester();
  const one = { topic: 'orders', partition: 0, offset: 0 };
  for (const change of [{ metadata: 'x'.repeat(4_097) }, { offset: -1 }, { offset: 0.5 }, { partition: -1 }]) {
    const bad = [{ ...one, ...change }];
    assert.is(metadata.reject('commit_offsets', { groupId: GROUP, offsets: bad }), 'InvalidArgument');
  }
  metadata.accept('commit_offsets', { groupId: GROUP, offsets: [{ ...one, metadata: 'x'.repeat(4_096) }] });
});

commit.run();

const end = suite('groups: the end of offsets');

end('offsets of a simple group expire a week after each was committed, and the group with the last', () => {
  const group = createGroupTester();
  const { metadata } = group;
  const expire = (timestamp: number) => metadata.accept('expire_offsets', { groupId: GROUP }, timestamp);
  metadata.accept('commit_offsets', { groupId: GROUP, offsets }, TIME);
  metadata.accept(
    'commit_offsets',
    { groupId: GROUP, offsets: [{ topic: 'orders', partition: 0, offset: 1 }] },
    TIME + 5,
  );
  assert.is(expire(TIME + WEEK_MS - 1), 0);
  assert.is(expire(TIME + WEEK_MS), 1);
  assert.is(fetched(group).length, 1);
  assert.is(expire(TIME + WEEK_MS + 5), 1);
  assert.is(metadata.reject('expire_offsets', { groupId: GROUP }), 'GroupNotFound');
});

end('of a group with members none expires; then from when it became empty, or later if they are younger', () => {
  const group = createGroupTester();
  const { metadata } = group;
  const [memberId = ''] = group.settle(1);
  const expire = (timestamp: number) => metadata.accept('expire_offsets', { groupId: GROUP }, timestamp);
  metadata.accept('commit_offsets', { groupId: GROUP, memberId, generation: 1, offsets }, TIME);
  assert.is(expire(TIME + 9 * WEEK_MS), 0);
  metadata.accept('leave_group', { groupId: GROUP, memberId }, TIME + 10 * WEEK_MS);
  assert.is(expire(TIME + 11 * WEEK_MS - 1), 0);
  const late = [{ topic: 'orders', partition: 0, offset: 1 }];
  metadata.accept('commit_offsets', { groupId: GROUP, offsets: late }, TIME + 11 * WEEK_MS - 1);
  assert.is(expire(TIME + 11 * WEEK_MS), 1);
  assert.is(fetched(group)[0]?.partition, 0);
});

end('a group that is empty and has no offsets goes when someone looks', () => {
  const group = createGroupTester();
  group.leave(group.join());
  assert.is(group.metadata.accept('expire_offsets', { groupId: GROUP }), 0);
  assert.equal(group.metadata.ask('list_groups', {}), []);
});

end('of a stable group, those of topics that nobody subscribes to any more expire', () => {
  const group = createGroupTester();
  const { metadata } = group;
  const id = group.join('', [{ name: 'range', metadata: '{"topics":["orders"]}' }]);
  group.sync(id, 1);
  const both = [...offsets, { topic: 'payments', partition: 0, offset: 3 }];
  metadata.accept('commit_offsets', { groupId: GROUP, memberId: id, generation: 1, offsets: both });
  assert.is(metadata.accept('expire_offsets', { groupId: GROUP }, TIME + WEEK_MS), 1);
  assert.equal(
    fetched(group).map(({ topic }) => topic),
    ['orders'],
  );
});

end('a stable group stays, whatever becomes of its offsets', () => {
  const group = createGroupTester();
  const id = group.join('', [{ name: 'range', metadata: '{"topics":["orders"]}' }]);
  group.sync(id, 1);
  const { metadata } = group;
  assert.is(metadata.accept('expire_offsets', { groupId: GROUP }, TIME + WEEK_MS), 0);
  const stray = [{ topic: 'payments', partition: 0, offset: 3 }];
  metadata.accept('commit_offsets', { groupId: GROUP, memberId: id, generation: 1, offsets: stray });
  assert.is(metadata.accept('expire_offsets', { groupId: GROUP }, TIME + WEEK_MS), 1);
  assert.is(group.state(), 'Stable 1');
});

end('a topic takes its offsets along, from every group, and from no other topic', () => {
  const group = createGroupTester();
  const { metadata } = group;
  const both = [...offsets, { topic: 'payments', partition: 0, offset: 3 }];
  for (const groupId of [GROUP, 'other']) metadata.accept('commit_offsets', { groupId, offsets: both });
  metadata.accept('delete_topic', { name: 'orders' });
  for (const groupId of [GROUP, 'other']) {
    assert.equal(fetched(group, groupId), [{ topic: 'payments', partition: 0, offset: 3, metadata: '' }]);
  }
});

end.run();

const table = suite('groups: table of offsets');

const committed = (partition: number, offset: number) => {
  return { topic: 'wide', partition, offset, metadata: '', committedAt: TIME };
};

table('a commit among 100,000 offsets copies a fraction of them, and what was read before stays', () => {
  const before = withOffsets(
    NO_OFFSETS,
    Array.from({ length: 100_000 }, (_, partition) => committed(partition, 0)),
  );
  const after = withOffsets(before, [committed(64, 1), committed(95, 2)]);
  const copied = after.filter((shard, number) => shard !== before[number]);
  assert.is(copied.length, 1, 'neighbours share a shard');
  assert.ok(must(copied[0], 'one').size < 1_000);
  const sum = (all: OffsetTable) => listOffsets(all).reduce((total, { offset }) => total + offset, 0);
  assert.equal([listOffsets(after).length, sum(before), sum(after)], [100_000, 0, 3]);
});

/** Of one topic, more partitions than there are shards. */
function manyOffsets(): GroupTester {
  const group = createGroupTester();
  group.metadata.accept('create_topic', { name: 'wide', partitions: 2_000, replicationFactor: 1 });
  const all = Array.from({ length: 2_000 }, (_, partition) => ({ topic: 'wide', partition, offset: partition }));
  group.metadata.accept('commit_offsets', { groupId: GROUP, offsets: all });
  return group;
}

table('all of them come back from a snapshot, and go with their topic', () => {
  const group = manyOffsets();
  const restored = createMetadataMachine();
  restored.restore(joinBytes(group.metadata.machine.capture().serialize()));
  assert.is(restored.digest(), group.metadata.machine.digest());
  restored.begin();
  restored.apply(encodeJson({ type: 'delete_topic', data: { name: 'wide' }, timestamp: TIME }), { index: 1 });
  restored.end();
  assert.equal(listOffsets(must(findGroup(restored.image(), GROUP), 'the group').offsets), []);
});

table('in whatever order offsets were committed, equal tables are equal bytes', () => {
  const bytes = [
    [0, 1],
    [1, 0],
  ].map((partitions) => {
    const { metadata } = createGroupTester();
    for (const partition of partitions) {
      metadata.accept('commit_offsets', { groupId: GROUP, offsets: [{ topic: 'orders', partition, offset: 1 }] });
    }
    return [metadata.machine.digest(), joinBytes(metadata.machine.capture().serialize())];
  });
  assert.equal(bytes[0], bytes[1]);
});

table('no record of a snapshot holds many of them', () => {
  const text = new TextDecoder().decode(joinBytes(manyOffsets().metadata.machine.capture().serialize()));
  const lines = text.split('\n').filter((line) => line.includes('"offsets":[['));
  assert.not.match(text, '"offsets":[]');
  assert.ok(lines.length > 50 && lines.every((line) => line.length < 20_000), `${lines.length} lines`);
});

table.run();
