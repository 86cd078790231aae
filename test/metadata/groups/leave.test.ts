/** The cases of Kafka's classic protocol, one by one: who leaves or is removed, and what shows of a group. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { JoinedGroup } from '../../../src/metadata/groups/queries.js';
import { createGroupTester, GROUP, REBALANCE_MS, SESSION_MS } from './group-tester.js';

const leave = suite('groups: leave and expire');

leave('the first of the remaining members leads when the leader goes; the last to go leaves the group empty', () => {
  const group = createGroupTester();
  const [first = '', second = '', third = ''] = group.settle(3);
  group.leave(first);
  assert.is(group.state(), 'PreparingRebalance 2');
  assert.is(group.describe().leader, second);
  group.join(second);
  group.join(third);
  assert.is(group.state(), 'CompletingRebalance 3');
  group.leave(second);
  group.leave(third);
  assert.equal(group.describe(), {
    groupId: GROUP,
    state: 'Empty',
    protocolType: 'consumer',
    generation: 4,
    leader: '',
    protocol: '',
    members: [],
  });
});

leave('the departure of the last one that others waited for completes the rebalance', () => {
  const group = createGroupTester();
  const first = group.join();
  const second = group.join();
  group.leave(first);
  assert.equal((group.joined(second) as JoinedGroup).generation, 2);
});

leave('who leaves must be a member', () => {
  const group = createGroupTester();
  assert.is(group.metadata.reject('leave_group', { groupId: GROUP, memberId: 'x' }), 'UnknownMember');
  const id = group.join();
  assert.is(group.metadata.reject('leave_group', { groupId: GROUP, memberId: 'x' }), 'UnknownMember');
  group.leave(id);
  assert.is(group.metadata.reject('leave_group', { groupId: GROUP, memberId: id }), 'UnknownMember');
});

leave('members whose sessions ended go, unless they wait for others; of another generation nobody does', () => {
  const group = createGroupTester();
  const [first = '', second = '', third = ''] = group.settle(3);
  const expire = (generation: number, ...memberIds: string[]) =>
    group.metadata.apply('expire_group_members', { groupId: GROUP, generation, memberIds });
  const code = (answer: ReturnType<typeof expire>) => ('error' in answer ? answer.error.code : answer.value);
  assert.is(code(expire(1, first)), 'IllegalGeneration');
  assert.equal(code(expire(2, third, 'stranger')), [third]);
  assert.is(group.state(), 'PreparingRebalance 2');
  group.join(second);
  assert.equal(code(expire(2, second)), [], 'it waits for the first');
  assert.equal(code(expire(2, first)), [first]);
  assert.is(group.state(), 'CompletingRebalance 3');
  assert.is(group.describe().leader, second);
  assert.is(
    group.metadata.reject('expire_group_members', { groupId: 'x', generation: 1, memberIds: [] }),
    'GroupNotFound',
  );
});

leave('a rebalance that waits too long goes on with those who joined, and without a leader who did not', () => {
  const group = createGroupTester();
  const [first = '', second = ''] = group.settle(2);
  const complete = (phase: 'join' | 'sync') =>
    group.metadata.accept('complete_rebalance', { groupId: GROUP, generation: 2, phase });
  assert.equal(complete('join'), [], 'none is under way');
  group.join(second, [{ name: 'text', metadata: 'new' }]);
  assert.equal(complete('sync'), [], 'that is another wait');
  assert.equal(complete('join'), [first]);
  assert.is(group.state(), 'CompletingRebalance 3');
  assert.is(group.describe().leader, second);
});

leave('a rebalance that none joins in time leaves the group empty', () => {
  const group = createGroupTester();
  const [, second = '', third = ''] = group.settle(3);
  group.leave(second);
  assert.is(group.state(), 'PreparingRebalance 2');
  const removed = group.metadata.accept('complete_rebalance', { groupId: GROUP, generation: 2, phase: 'join' });
  assert.ok((removed as string[]).includes(third));
  assert.is(group.state(), 'Empty 3');
});

leave('who does not sync in time goes, also when the others are stable', () => {
  const group = createGroupTester();
  const leader = group.join();
  const follower = group.join();
  group.join(leader);
  group.sync(leader, 2, {});
  const removed = group.metadata.accept('complete_rebalance', { groupId: GROUP, generation: 2, phase: 'sync' });
  assert.equal(removed, [follower]);
  assert.is(group.state(), 'PreparingRebalance 2');
});

leave.run();

const views = suite('groups: list, describe, delete');

views('groups are listed by id, with the type of their protocol', () => {
  const { metadata } = createGroupTester();
  const times = { sessionTimeoutMs: SESSION_MS, rebalanceTimeoutMs: REBALANCE_MS };
  const protocols = [{ name: 'x', metadata: '' }];
  metadata.accept('join_group', { groupId: 'b', memberId: '', ...times, protocolType: 'connect', protocols });
  metadata.accept('commit_offsets', { groupId: 'a', offsets: [{ topic: 'orders', partition: 0, offset: 1 }] });
  assert.equal(metadata.ask('list_groups', {}), [
    { groupId: 'a', state: 'Empty', protocolType: '' },
    { groupId: 'b', state: 'CompletingRebalance', protocolType: 'connect' },
  ]);
  assert.is(metadata.ask('describe_group', { groupId: 'c' }), undefined);
});

views('assignments show while the group is stable, metadata from the first generation on', () => {
  const group = createGroupTester();
  const id = group.join('', [{ name: 'text', metadata: 'm' }]);
  const shown = (): unknown => group.describe().members.map(({ metadata, assignment }) => [metadata, assignment]);
  assert.equal(shown(), [['m', '']]);
  group.sync(id, 1, { [id]: 'all' });
  assert.equal(shown(), [['m', 'all']]);
  group.join();
  assert.equal(shown(), [
    ['m', ''],
    ['', ''],
  ]);
});

views('the time of a state never goes back, whatever times operations carry', () => {
  const group = createGroupTester();
  const id = group.join();
  const since = () => group.metadata.machine.dump().groups?.[GROUP]?.stateSince;
  const before = since();
  group.metadata.accept('leave_group', { groupId: GROUP, memberId: id }, 1);
  assert.is(since(), before);
});

views('only a group without members can be deleted, and goes with its offsets', () => {
  const group = createGroupTester();
  const { metadata } = group;
  assert.is(metadata.reject('delete_group', { groupId: GROUP }), 'GroupNotFound');
  const id = group.join();
  assert.is(metadata.reject('delete_group', { groupId: GROUP }), 'GroupNotEmpty');
  group.leave(id);
  metadata.accept('commit_offsets', { groupId: GROUP, offsets: [{ topic: 'orders', partition: 0, offset: 1 }] });
  metadata.accept('delete_group', { groupId: GROUP });
  assert.equal(metadata.ask('list_groups', {}), []);
  assert.equal(metadata.ask('fetch_offsets', { groupId: GROUP }), []);
});

views.run();
