/** What the control plane makes of one partition: tables worked out by hand from `PartitionChangeBuilder`. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Election } from '../../src/metadata/leader-election.js';
import type { PartitionInfo } from '../../src/metadata/model.js';
import type { PartitionTarget } from '../../src/metadata/partition-change.js';
import { changedPartition } from '../../src/metadata/partition-change.js';
import { reassigned, reverted, withIsr } from '../../src/metadata/reassignment.js';

const test = suite('metadata: partition change');

const [CREATED, NOW] = [1_000, 2_000];
const PARTITION: PartitionInfo = {
  topic: 't',
  partition: 0,
  leader: 1,
  replicas: [1, 2, 3],
  isr: [1, 2, 3],
  offlineReplicas: [],
  leaderEpoch: 5,
  partitionEpoch: 8,
  createdAt: CREATED,
  modifiedAt: CREATED,
};

interface Given {
  readonly election?: Election;
  /** Fenced or draining. */
  readonly inactive?: readonly number[];
  readonly fenced?: readonly number[];
}

/** Replicas that are not given stay, with a reassignment under way. */
function change(
  partition: Partial<PartitionTarget & Omit<PartitionInfo, keyof PartitionTarget>>,
  target: Partial<PartitionTarget>,
  { election = 'online', inactive = [], fenced = inactive }: Given,
): PartitionInfo {
  const current = { ...PARTITION, ...partition } as PartitionInfo;
  const lists = 'replicas' in target ? {} : withIsr(current, current.isr);
  const brokers = { isActive: (id: number) => !inactive.includes(id), isFenced: (id: number) => fenced.includes(id) };
  return changedPartition(current, { ...lists, ...target } as PartitionTarget, { election, brokers, timestamp: NOW });
}

/** Leader, its epoch, ISR. */
function led({ leader, leaderEpoch, isr }: PartitionInfo): string {
  return `${leader} at ${leaderEpoch}, ${isr.join(' ')}`;
}

test('a change bumps the epoch of the partition and its time; none leaves the record itself', () => {
  const changed = change({}, { isr: [1, 2] }, {});
  assert.equal(changed, { ...PARTITION, isr: [1, 2], partitionEpoch: 9, modifiedAt: NOW });
  for (const target of [{}, { isr: [1, 2, 3] }, { ...reassigned(PARTITION, [1, 2, 3]), offlineReplicas: [] }]) {
    const { partitionEpoch, modifiedAt } = change({}, target, {});
    assert.equal([partitionEpoch, modifiedAt], [8, CREATED]);
  }
  const late = change({ modifiedAt: NOW + 5 }, { isr: [1] }, {});
  assert.is(late.modifiedAt, NOW + 5, 'never back');
});

test("the leader's epoch grows with the leader, not with the ISR", () => {
  assert.is(led(change({}, { isr: [1] }, {})), '1 at 5, 1', 'shrunk');
  assert.is(led(change({ isr: [1] }, { isr: [1, 3, 2] }, {})), '1 at 5, 1 3 2', 'expanded');
  assert.is(led(change({}, { isr: [2, 3] }, { inactive: [1] })), '2 at 6, 2 3', 'the leader is fenced');
  assert.is(led(change({ leader: 2 }, {}, { election: 'preferred' })), '1 at 6, 1 2 3', 'preferred');
  assert.is(led(change({ leader: 0, isr: [3] }, {}, {})), '3 at 6, 3', 'there was none');
});

test('the last in sync stays in the ISR, without leading', () => {
  assert.is(led(change({ isr: [1] }, { isr: [] }, { inactive: [1] })), '0 at 6, 1');
  const leaderless = { leader: 0, isr: [1] };
  assert.is(led(change(leaderless, { isr: [] }, { inactive: [1] })), '0 at 5, 1', 'none again is no new leader');
  assert.is(led(change(leaderless, {}, {})), '1 at 6, 1', 'back again');
});

test('an unclean election leaves the new leader alone in sync', () => {
  const options = { election: 'unclean', inactive: [1, 2] } as const;
  assert.is(led(change({ isr: [1] }, { isr: [] }, options)), '3 at 6, 3');
  assert.is(led(change({ isr: [1, 2] }, {}, options)), '3 at 6, 3');
  assert.is(led(change({ isr: [1, 3] }, { isr: [3] }, options)), '3 at 6, 3', 'clean, since 3 was in sync');
  assert.is(led(change({ isr: [1] }, { isr: [] }, { ...options, inactive: [1, 2, 3] })), '0 at 6, 1');
});

test('the newcomers of a reassignment on fenced brokers are offline, others are not', () => {
  const current = { ...PARTITION, offlineReplicas: [3] };
  const changed = change({ offlineReplicas: [3] }, reassigned(current, [3, 5, 4]), { inactive: [4, 5], fenced: [5] });
  assert.equal(changed.replicas, [3, 5, 4, 1, 2]);
  assert.equal(changed.offlineReplicas, [3, 5], '4 is draining: online');
  assert.equal(
    [changed.addingReplicas, changed.removingReplicas],
    [
      [4, 5],
      [1, 2],
    ],
  );
  assert.is(led(changed), '1 at 5, 1 2 3', 'nobody has left yet');
});

test('a reassignment ends with the change that brings all its target in sync', () => {
  const pending = { ...PARTITION, ...reassigned(PARTITION, [3, 4]), offlineReplicas: [2] };
  const ended = change(pending, { isr: [1, 3, 4] }, {});
  assert.equal([ended.replicas, ended.isr, ended.offlineReplicas], [[3, 4], [3, 4], []]);
  assert.not('addingReplicas' in ended || 'removingReplicas' in ended);
  assert.is(led(ended), '3 at 6, 3 4', 'the leader has left');
  assert.is(ended.partitionEpoch, 9, 'one change');
  const follower = change({ ...pending, leader: 3 }, { isr: [3, 1, 4] }, {});
  assert.is(led(follower), '3 at 6, 3 4', 'also where followers leave');
});

test('a reassignment that needs nothing ends at once', () => {
  const reordered = change({}, reassigned(PARTITION, [3, 1, 2]), {});
  assert.equal([reordered.replicas, led(reordered)], [[3, 1, 2], '1 at 5, 1 2 3']);
  const shrunk = change({}, reassigned(PARTITION, [1, 2]), {});
  assert.equal([shrunk.replicas, led(shrunk)], [[1, 2], '1 at 6, 1 2']);
});

test('a reassignment goes on through a fence and back', () => {
  const moving = change({}, reassigned(PARTITION, [4, 5]), {});
  const fenced = change(moving, { isr: [2, 3], offlineReplicas: [1] }, { inactive: [1] });
  assert.is(led(fenced), '2 at 6, 2 3');
  assert.equal(
    [fenced.replicas, fenced.addingReplicas, fenced.removingReplicas],
    [
      [4, 5, 1, 2, 3],
      [4, 5],
      [1, 2, 3],
    ],
  );
  const joined = change(fenced, { isr: [2, 3, 4] }, { inactive: [1] });
  const targetFenced = change(joined, { isr: [2, 3], offlineReplicas: [4, 1] }, { inactive: [1, 4] });
  assert.is(led(targetFenced), '2 at 6, 2 3');
  const back = change(targetFenced, { offlineReplicas: [1] }, { inactive: [1] });
  const ended = change(back, { isr: [2, 4, 5] }, { inactive: [1] });
  assert.equal([ended.replicas, led(ended), ended.offlineReplicas], [[4, 5], '4 at 7, 4 5', []]);
});

test('cancelling takes leadership from a newcomer', () => {
  const pending = { ...PARTITION, ...reassigned(PARTITION, [4, 5]), leader: 4, isr: [4, 2, 3] };
  const cancelled = change(pending, reverted(pending), {});
  assert.equal([cancelled.replicas, led(cancelled)], [[1, 2, 3], '2 at 6, 2 3']);
});

test.run();
