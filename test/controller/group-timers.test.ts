/** The timers of groups on a clock that only the test moves: what is due when, and what a heartbeat is answered. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GroupTimers } from '../../src/controller/group-timers.js';
import {
  createGroupTester,
  GROUP,
  REBALANCE_MS,
  SESSION_MS,
  type GroupTester,
} from '../metadata/groups/group-tester.js';

interface Scene {
  readonly group: GroupTester;
  /** The time passes, heartbeats of these members in between, and what is then due is answered, and applied. */
  readonly pass: (ms: number, beating?: readonly string[]) => unknown[];
  /** The same, but not applied. */
  readonly look: (ms: number) => unknown[];
  readonly beat: (memberId: string, generation?: number) => string;
  /** Another node leads from now on. */
  readonly changeLeader: () => void;
}

/** A time in Unix ms that has nothing to do with the clock of the timers. */
const STARTED_AT = 1_700_000_000_000;

function createScene(): Scene {
  const group = createGroupTester();
  let now = 50;
  let timers = new GroupTimers(now);
  const image = () => group.metadata.machine.image();
  const beat = (memberId: string, generation = group.describe().generation): string =>
    timers.heartbeat(image(), { groupId: GROUP, memberId, generation }, now)?.code ?? 'ok';
  const look = (ms: number) => {
    now += ms;
    return timers.due(image(), now, STARTED_AT + now);
  };
  return {
    group,
    beat,
    look,
    pass(ms, beating = []) {
      const start = now;
      for (const each of [ms / 2, ms]) {
        now = start + each;
        for (const memberId of beating) beat(memberId);
      }
      const proposals = look(0);
      for (const { type, data } of proposals) group.metadata.applyAny({ type, data, timestamp: STARTED_AT + now });
      return proposals.map(({ type, data }) => [
        type,
        'memberIds' in data ? data.memberIds : 'phase' in data && data.phase,
      ]);
    },
    changeLeader() {
      timers = new GroupTimers(now);
    },
  };
}

const sessions = suite('group timers: sessions');

sessions('a member silent for its session goes; those that beat stay', () => {
  const { group, pass } = createScene();
  const [first = '', second = ''] = group.settle(2);
  assert.equal(pass(0), []);
  assert.equal(pass(SESSION_MS - 1, [first]), []);
  assert.equal(pass(1, [first]), [['expire_group_members', [second]]]);
  assert.is(group.state(), 'PreparingRebalance 2');
});

sessions('each member has its own', () => {
  const { group, pass } = createScene();
  const { metadata } = group;
  const data = { groupId: GROUP, memberId: '', rebalanceTimeoutMs: REBALANCE_MS, protocolType: 'consumer' };
  const protocols = [{ name: 'text', metadata: '' }];
  const join = (sessionTimeoutMs: number) =>
    (metadata.accept('join_group', { ...data, protocols, sessionTimeoutMs }) as { memberId: string }).memberId;
  const [short, long] = [join(100), join(1_000)];
  group.join(short);
  group.sync(short, 2, {});
  group.sync(long, 2);
  pass(0);
  assert.equal(pass(100), [], 'the rejoin of the first gave it the session of all others');
  assert.equal(pass(SESSION_MS), [['expire_group_members', [short, long]]]);
});

sessions('a new leader gives every member a full session', () => {
  const { group, pass, changeLeader } = createScene();
  const [first = ''] = group.settle(1);
  pass(0);
  pass(SESSION_MS - 1);
  changeLeader();
  assert.equal(pass(SESSION_MS - 1), [], 'it hears of the group for the first time');
  assert.equal(pass(SESSION_MS - 1), []);
  assert.equal(pass(1), [['expire_group_members', [first]]]);
});

sessions('who waits for the others does not expire, for as long as they may take', () => {
  const { group, pass } = createScene();
  const [first = '', second = ''] = group.settle(2);
  pass(0);
  const third = group.join();
  assert.equal(pass(SESSION_MS * 3, [first, second]), []);
  group.join(first);
  assert.equal(pass(SESSION_MS, [second]), [], 'neither the first nor the third');
  group.join(second);
  assert.is(group.state(), 'CompletingRebalance 3');
  assert.equal(pass(0), []);
  assert.equal(pass(SESSION_MS - 1), [], 'the new generation is a new start for all');
  assert.equal(pass(1), [['expire_group_members', [first, second, third]]]);
});

sessions('a member that waits for its assignment does not expire; a leader that owes it does', () => {
  const { group, pass } = createScene();
  const leader = group.join();
  const follower = group.join();
  group.join(leader);
  group.sync(follower, 2);
  pass(0);
  assert.equal(pass(SESSION_MS), [['expire_group_members', [leader]]]);
  assert.is(group.describe().leader, follower);
});

sessions('the assignment gives every session a new start, and so does a sync', () => {
  const { group, pass } = createScene();
  const leader = group.join();
  const follower = group.join();
  group.join(leader);
  pass(0);
  pass(SESSION_MS - 1);
  group.sync(leader, 2, {});
  assert.equal(pass(SESSION_MS - 2), [], 'seen only now');
  group.sync(follower, 2);
  assert.equal(pass(1), []);
  assert.equal(pass(SESSION_MS - 1, [leader]), []);
  assert.equal(pass(1, [leader]), [['expire_group_members', [follower]]]);
});

sessions('what was proposed is proposed again only after a while, and not once it had an effect', () => {
  const { group, look, pass } = createScene();
  group.settle(1);
  look(0);
  assert.is(look(SESSION_MS).length, 1);
  assert.is(look(999).length, 0);
  assert.is(look(1).length, 1);
  assert.is(look(1).length, 0);
  assert.is(pass(999).length, 1);
  assert.is(group.state(), 'Empty 2');
  assert.is(look(1_000).length, 0);
});

sessions.run();

const rebalances = suite('group timers: rebalances');

rebalances('a rebalance waits as long as any member allows, then goes on without those who have not joined', () => {
  const { group, pass } = createScene();
  const [first = '', second = ''] = group.settle(2);
  pass(0);
  const third = group.join();
  pass(0);
  assert.equal(pass(REBALANCE_MS - 1, [first, second]), []);
  group.join(second);
  assert.equal(pass(1, [first]), [['complete_rebalance', 'join']]);
  assert.is(group.state(), 'CompletingRebalance 3');
  assert.equal(
    group.describe().members.map(({ memberId }) => memberId),
    [second, third],
  );
});

rebalances('the longest time counts, not that of who began it', () => {
  const { group, pass } = createScene();
  const { metadata } = group;
  const [first = ''] = group.settle(1);
  pass(0);
  const times = { sessionTimeoutMs: SESSION_MS, rebalanceTimeoutMs: REBALANCE_MS * 2, protocolType: 'consumer' };
  const protocols = [{ name: 'text', metadata: '' }];
  metadata.accept('join_group', { groupId: GROUP, memberId: '', ...times, protocols });
  pass(0);
  assert.equal(pass(REBALANCE_MS * 2 - 1, [first]), []);
  assert.equal(pass(1, [first]), [['complete_rebalance', 'join']]);
});

rebalances('who beats but never syncs has to go, whether the others wait for it or not', () => {
  for (const isStable of [false, true]) {
    const { group, pass } = createScene();
    const leader = group.join();
    const follower = group.join();
    group.join(leader);
    pass(0);
    if (isStable) group.sync(leader, 2, {});
    else group.sync(follower, 2);
    assert.equal(pass(REBALANCE_MS - 1, [leader, follower]), []);
    assert.equal(pass(1, [leader, follower]), [['complete_rebalance', 'sync']]);
    assert.is(group.state(), 'PreparingRebalance 2');
    assert.is(group.describe().leader, isStable ? leader : follower);
  }
});

rebalances('a group in which all have synced waits for nobody', () => {
  const { group, pass } = createScene();
  const members = group.settle(2);
  pass(0);
  assert.equal(pass(REBALANCE_MS * 10, members), []);
});

rebalances('a new leader gives a rebalance its full time', () => {
  const { group, pass, changeLeader } = createScene();
  const [first = ''] = group.settle(1);
  group.join();
  pass(0);
  pass(REBALANCE_MS - 1, [first]);
  changeLeader();
  pass(0);
  assert.equal(pass(REBALANCE_MS - 1, [first]), []);
  assert.equal(pass(1, [first]), [['complete_rebalance', 'join']]);
});

rebalances('the next rebalance has its own time', () => {
  const { group, pass } = createScene();
  const [first = ''] = group.settle(1);
  const second = group.join();
  pass(0);
  pass(REBALANCE_MS - 1, [first]);
  group.join(first);
  group.sync(first, 2, {});
  group.sync(second, 2);
  group.join();
  pass(0);
  assert.equal(pass(REBALANCE_MS - 1, [first, second]), []);
});

rebalances.run();

const beats = suite('group timers: heartbeats');

beats('are answered as Kafka answers them', () => {
  const { group, beat } = createScene();
  assert.is(beat('stranger', 1), 'UnknownMember');
  const [first = '', second = ''] = group.settle(2);
  assert.is(beat('stranger', 9), 'UnknownMember');
  assert.is(beat(first, 1), 'IllegalGeneration');
  assert.is(beat(first, 3), 'IllegalGeneration');
  assert.is(beat(first), 'ok');
  group.join(second, [{ name: 'text', metadata: 'new' }]);
  assert.is(beat(first), 'RebalanceInProgress');
  assert.is(beat(second), 'RebalanceInProgress');
  group.join(first);
  assert.is(beat(first), 'ok', 'members may beat before they sync');
  group.leave(first);
  group.leave(second);
  assert.is(beat(first), 'UnknownMember');
});

beats('of another generation do not count', () => {
  const { group, pass, beat } = createScene();
  const [first = ''] = group.settle(1);
  pass(0);
  pass(SESSION_MS - 1);
  beat(first, 0);
  assert.equal(pass(1), [['expire_group_members', [first]]]);
});

beats.run();

const retention = suite('group timers: retention');

const WEEK_MS = 604_800_000;
const CHECK_MS = 600_000;

retention('every ten minutes, groups with something to expire are named, and no others', () => {
  const { group, pass } = createScene();
  const { metadata } = group;
  const offsets = [{ topic: 'orders', partition: 0, offset: 1 }];
  metadata.accept('commit_offsets', { groupId: 'old', offsets }, STARTED_AT);
  metadata.accept('commit_offsets', { groupId: 'young', offsets }, STARTED_AT + WEEK_MS);
  const times = { sessionTimeoutMs: SESSION_MS, rebalanceTimeoutMs: REBALANCE_MS };
  const protocols = [{ name: 'text', metadata: '' }];
  const left = { groupId: 'left', memberId: '', ...times, protocolType: 'consumer', protocols };
  const { memberId } = metadata.accept('join_group', left) as { memberId: string };
  metadata.accept('leave_group', { groupId: 'left', memberId });
  const names = () => metadata.ask('list_groups', {}).map(({ groupId }) => groupId);
  assert.equal(pass(CHECK_MS - 1), []);
  assert.equal(pass(1), [['expire_offsets', false]], 'the empty one');
  assert.equal(names(), ['old', 'young']);
  assert.equal(pass(WEEK_MS), [['expire_offsets', false]]);
  assert.equal(names(), ['young']);
  assert.equal(pass(CHECK_MS), [], 'the other has a week from when it was committed');
  assert.equal(pass(WEEK_MS), [['expire_offsets', false]]);
  assert.equal(names(), []);
});

retention.run();
