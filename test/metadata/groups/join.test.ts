/** The cases of Kafka's classic protocol, one by one: who waits for whom, and what each is told. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalJson, joinBytes } from '../../../src/state-machine/canonical-json.js';
import type { JoinedGroup } from '../../../src/metadata/groups/queries.js';
import { createGroupTester, GROUP, REBALANCE_MS, SESSION_MS } from './group-tester.js';

const join = suite('groups: join');

join('the first member joins at once, leads, and is told of itself alone', () => {
  const group = createGroupTester();
  const id = group.join('', [{ name: 'text', metadata: 'mine' }]);
  const members = [{ memberId: id, metadata: 'mine' }];
  assert.equal(group.joined(id), { memberId: id, generation: 1, protocol: 'text', leader: id, members });
  assert.is(group.state(), 'CompletingRebalance 1');
});

join('a second member waits until the first has joined anew; only the leader hears of the members', () => {
  const group = createGroupTester();
  const first = group.join();
  const second = group.join();
  assert.is(group.state(), 'PreparingRebalance 1');
  assert.is(group.joined(second), 'not yet');
  assert.is(group.joined(first), 'RebalanceInProgress', 'the first is to join anew');
  group.join(first);
  const told = [group.joined(first), group.joined(second)] as JoinedGroup[];
  assert.equal(
    told.map(({ generation, leader, members }) => [generation, leader, members.length]),
    [
      [2, first, 2],
      [2, first, 0],
    ],
  );
});

join('ids of new members differ, also of members of one time', () => {
  const group = createGroupTester();
  const ids = [group.join(), group.join(), group.join()];
  assert.is(new Set(ids).size, 3);
  for (const id of ids) assert.match(id, /^consumer-\d+-\d+$/);
});

join('an id that is taken is not given again, even at the same index and time', () => {
  const { metadata } = createGroupTester();
  const data = { groupId: GROUP, memberId: '', sessionTimeoutMs: SESSION_MS, rebalanceTimeoutMs: REBALANCE_MS };
  const operation = {
    type: 'join_group',
    data: { ...data, protocolType: 'c', protocols: [{ name: 'x', metadata: '' }] },
  };
  const bytes = new TextEncoder().encode(JSON.stringify({ ...operation, timestamp: 5 }));
  metadata.machine.begin();
  const answers = [1, 2, 3].map(() => metadata.machine.apply(bytes, { index: 9 }));
  metadata.machine.end();
  assert.equal(
    answers.map((answer) => 'value' in answer && answer.value),
    ['c-5-9', 'c-5-9-2', 'c-5-9-3'].map((memberId) => ({ memberId })),
  );
});

join('a member that no group knows is refused, whether the group exists or not', () => {
  const group = createGroupTester();
  assert.is(group.rejectJoin('stranger'), 'UnknownMember');
  const id = group.join();
  assert.is(group.rejectJoin('stranger'), 'UnknownMember');
  group.leave(id);
  assert.is(group.rejectJoin(id), 'UnknownMember', 'an empty group has no members');
});

join('protocols must be of one type, and one of them known to all members', () => {
  const group = createGroupTester();
  const named = (...names: string[]) => names.map((name) => ({ name, metadata: '' }));
  group.join('', named('range', 'sticky'));
  assert.is(group.rejectJoin('', named('robin')), 'InvalidArgument');
  assert.is(group.rejectJoin('', named('range'), 'connect'), 'InvalidArgument');
  group.join('', named('robin', 'sticky'));
  assert.is(group.rejectJoin('', named('range')), 'InvalidArgument', 'the second member does not know range');
});

join('an empty group takes another type of protocol', () => {
  const group = createGroupTester();
  group.leave(group.join());
  const { metadata } = group;
  const times = { sessionTimeoutMs: SESSION_MS, rebalanceTimeoutMs: REBALANCE_MS };
  const protocols = [{ name: 'default', metadata: '' }];
  metadata.accept('join_group', { groupId: GROUP, memberId: '', ...times, protocolType: 'connect', protocols });
  assert.is(group.describe().protocolType, 'connect');
});

join('the protocol is the one most members prefer among those that all know', () => {
  const group = createGroupTester();
  const named = (...names: string[]) => names.map((name) => ({ name, metadata: `of ${name}` }));
  const first = group.join('', named('a', 'b', 'c'));
  const second = group.join('', named('x', 'c', 'b'));
  const third = group.join('', named('c', 'b'));
  group.join(first, named('a', 'b', 'c'));
  group.join(second, named('x', 'c', 'b'));
  const { protocol, members } = group.joined(first) as JoinedGroup;
  assert.is(protocol, 'c', 'a and x are not known to all; b has one vote, c two');
  assert.equal(
    members.map(({ memberId, metadata }) => [memberId, metadata]),
    [first, second, third].map((id) => [id, 'of c']),
  );
});

join('of two protocols with as many votes, the one voted for first', () => {
  const group = createGroupTester();
  const named = (...names: string[]) => names.map((name) => ({ name, metadata: '' }));
  const first = group.join('', named('b', 'a'));
  group.join('', named('a', 'b'));
  group.join(first, named('b', 'a'));
  assert.is((group.joined(first) as JoinedGroup).protocol, 'b');
});

join('a member that joins again with nothing new is told of the generation it is in', () => {
  const group = createGroupTester();
  const [leader = '', follower = ''] = group.settle(2);
  const image = group.metadata.machine.image();
  group.join(follower);
  assert.is(group.metadata.machine.image().groups, image.groups, 'nothing has changed');
  assert.is((group.joined(follower) as JoinedGroup).generation, 2);
  assert.is(group.state(), 'Stable 2');
  group.join(leader);
  assert.is(group.state(), 'PreparingRebalance 2', 'the leader asks for a rebalance');
});

join('a leader whose answer was lost joins again before it assigns, and nothing starts over', () => {
  const group = createGroupTester();
  const leader = group.join();
  group.join(leader);
  assert.is(group.state(), 'CompletingRebalance 1');
});

join('a member that changes its metadata makes all join anew', () => {
  const group = createGroupTester();
  const [, follower = ''] = group.settle(2);
  group.join(follower, [{ name: 'text', metadata: 'other' }]);
  assert.is(group.state(), 'PreparingRebalance 2');
  assert.is(group.joined(follower), 'not yet');
});

join('times out of range, no protocols, two of one name, and strange ids are refused', () => {
  const { metadata } = createGroupTester();
  const good = {
    groupId: GROUP,
    memberId: '',
    sessionTimeoutMs: 10,
    rebalanceTimeoutMs: 1,
    protocolType: 'consumer',
    protocols: [{ name: 'x', metadata: '' }],
  };
  const bad = [
    ...[9, 1_800_001, 1.5].map((sessionTimeoutMs) => ({ sessionTimeoutMs })),
    ...[0, 2_147_483_648].map((rebalanceTimeoutMs) => ({ rebalanceTimeoutMs })),
    ...['', 'a\nb', 'x'.repeat(256)].map((groupId) => ({ groupId })),
    { protocols: [] },
    { protocols: [...good.protocols, ...good.protocols] },
    { protocolType: '' },
    { memberId: 'x'.repeat(256) },
  ];
  for (const change of bad) {
    assert.is(metadata.reject('join_group', { ...good, ...change }), 'InvalidArgument', JSON.stringify(change));
  }
  metadata.accept('join_group', { ...good, sessionTimeoutMs: 1_800_000, rebalanceTimeoutMs: 2_147_483_647 });
});

join('a group has at most 10,000 members, and a generation after the last is the first', () => {
  const group = createGroupTester();
  const only = group.join();
  const text = new TextDecoder().decode(joinBytes(group.metadata.machine.capture().serialize()));
  const record = group.metadata.machine.dump().groups?.[GROUP];
  const [member] = record?.members ?? [];
  const members = Array.from({ length: 10_000 }, (_, place) => ({ ...member, memberId: `m${place}` }));
  const { offsets: _, ...full } = { ...record, members, leader: 'm5', generation: 2_147_483_647 };
  const line = /^"orders-readers":.*$/m;
  assert.match(text, line);
  group.metadata.machine.restore(new TextEncoder().encode(text.replace(line, `"${GROUP}":${canonicalJson(full)}`)));
  assert.is(group.rejectJoin(''), 'Overloaded');
  assert.is(group.rejectJoin(only), 'Overloaded');
  const memberIds = members.slice(1).map(({ memberId }) => memberId);
  group.metadata.accept('expire_group_members', { groupId: GROUP, generation: 2_147_483_647, memberIds });
  group.join();
  group.join('m0');
  assert.is(group.state(), 'CompletingRebalance 1');
});

join.run();

const sync = suite('groups: sync');

sync("followers wait for the leader's assignments; whoever it leaves out is assigned nothing", () => {
  const group = createGroupTester();
  const leader = group.join();
  const [second, third] = [group.join(), group.join()];
  group.join(leader);
  group.sync(second, 2);
  assert.is(group.assigned(second, 2), 'not yet');
  group.sync(leader, 2, { [leader]: 'one', [second]: 'two', stranger: 'three' });
  assert.is(group.state(), 'Stable 2');
  assert.equal(
    [leader, second, third].map((id) => group.assigned(id, 2)),
    ['"one"', '"two"', '""'],
  );
});

sync('assignments of who does not lead, or once the group is stable, are ignored', () => {
  const group = createGroupTester();
  const leader = group.join();
  const follower = group.join();
  group.join(leader);
  group.sync(follower, 2, { [follower]: 'all' });
  assert.is(group.state(), 'CompletingRebalance 2');
  group.sync(leader, 2, { [follower]: 'some' });
  group.sync(leader, 2, { [follower]: 'other' });
  assert.is(group.assigned(follower, 2), '"some"');
});

sync('who is unknown, of another generation, or late for a rebalance is told so, in this order', () => {
  const group = createGroupTester();
  const leader = group.join();
  assert.is(group.rejectSync('stranger', 9), 'UnknownMember');
  assert.is(group.rejectSync(leader, 2), 'IllegalGeneration');
  assert.is(group.rejectSync(leader, -1), 'IllegalGeneration');
  const follower = group.join();
  assert.is(group.rejectSync(leader, 1), 'RebalanceInProgress');
  assert.is(group.rejectSync(follower, 0), 'IllegalGeneration');
});

sync('a member that waits for its assignment hears of the rebalance that comes instead, or that it was removed', () => {
  const group = createGroupTester();
  const leader = group.join();
  const follower = group.join();
  group.join(leader);
  group.sync(follower, 2);
  group.join();
  assert.is(group.assigned(follower, 2), 'RebalanceInProgress');
  group.join(leader);
  group.join(follower);
  assert.is(group.assigned(follower, 2), 'RebalanceInProgress', 'its generation is over');
  assert.is(group.assigned(follower, 4), 'IllegalGeneration');
  group.leave(follower);
  assert.is(group.assigned(follower, 3), 'UnknownMember');
});

sync('an assignment is of one generation: whoever the next leaves out has none', () => {
  const group = createGroupTester();
  const [leader = '', follower = ''] = group.settle(2);
  group.join(leader);
  group.join(follower);
  group.sync(leader, 3, { [leader]: 'all' });
  assert.is(group.assigned(follower, 3), '""');
});

sync.run();
