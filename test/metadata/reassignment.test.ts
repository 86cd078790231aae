/** The lists of a partition that moves: worked out by hand from KIP-455. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Assignment } from '../../src/metadata/reassignment.js';
import { completed, isReassigning, reassigned, reverted } from '../../src/metadata/reassignment.js';

const test = suite('metadata: reassignment');

const [adding, removing] = [
  [4, 5],
  [2, 3],
];

function settled(replicas: number[], isr = replicas): Assignment {
  return { replicas, isr };
}

function shown({ replicas, isr, addingReplicas, removingReplicas }: Assignment): string {
  const lists = `${replicas.join(' ')} / ${isr.join(' ')}`;
  if (addingReplicas === undefined || removingReplicas === undefined) return lists;
  return `${lists} / +${addingReplicas.join(' ')} / -${removingReplicas.join(' ')}`;
}

test('on the way, the target stands first, then those who are to go', () => {
  const TABLE: readonly [current: number[], target: number[], expected: string][] = [
    [[1, 2, 3], [4, 5, 6], '4 5 6 1 2 3 / 1 2 3 / +4 5 6 / -1 2 3'],
    [[3, 1, 2], [6, 5], '6 5 3 1 2 / 3 1 2 / +5 6 / -1 2 3'],
    [[1, 2, 3], [3, 4], '3 4 1 2 / 1 2 3 / +4 / -1 2'],
    [[1, 2, 3], [1, 2, 3, 4], '1 2 3 4 / 1 2 3 / +4 / -'],
    [[1, 2, 3], [2], '2 1 3 / 1 2 3 / + / -1 3'],
    [[1, 2, 3], [3, 2, 1], '3 2 1 / 1 2 3'],
    [[1, 2, 3], [1, 2, 3], '1 2 3 / 1 2 3'],
  ];
  for (const [current, target, expected] of TABLE) {
    assert.is(shown(reassigned(settled(current), target)), expected, `${current.join()} to ${target.join()}`);
  }
});

test('another target over a pending one removes nobody yet, and cancelling leads back to the first list', () => {
  const first = reassigned(settled([1, 2, 3]), [4, 5, 6]);
  const TABLE: readonly [target: number[], expected: string][] = [
    [[4, 5, 7], '4 5 7 6 1 2 3 / 1 2 3 / +4 5 6 7 / -1 2 3 6'],
    [[4, 5, 1], '4 5 1 6 2 3 / 1 2 3 / +4 5 6 / -2 3 6'],
    [[1, 2, 3], '1 2 3 4 5 6 / 1 2 3 / +4 5 6 / -4 5 6'],
    [[6, 5, 4], '6 5 4 1 2 3 / 1 2 3 / +4 5 6 / -1 2 3'],
    [[4, 5, 6, 1, 2, 3], '4 5 6 1 2 3 / 1 2 3 / +4 5 6 / -'],
    [[4, 5, 6], shown(first)],
  ];
  for (const [target, expected] of TABLE) {
    const second = reassigned(first, target);
    assert.is(shown(second), expected, target.join());
    assert.is(shown(reverted(second)), '1 2 3 / 1 2 3', `${target.join()}, cancelled`);
  }
});

test('cancelling drops the newcomers, also from the ISR, and keeps those who were to go', () => {
  const pending = { replicas: [4, 5, 1, 2, 3], isr: [1, 4, 2], addingReplicas: adding, removingReplicas: removing };
  assert.is(shown(reverted(pending)), '1 2 3 / 1 2');
  assert.is(shown(reverted({ ...pending, isr: [5, 4] })), '1 2 3 / ');
});

test('a reassignment ends when all that are to stay are in sync, and with it go those who were to', () => {
  const pending = { replicas: [4, 5, 1, 2, 3], isr: [1], addingReplicas: adding, removingReplicas: removing };
  for (const isr of [[1], [1, 4], [1, 2, 3, 4], [2, 3], [4, 5], []]) {
    const assignment = { ...pending, isr };
    assert.is(completed(assignment), assignment, `not with ISR ${isr.join()}`);
  }
  assert.is(shown(completed({ ...pending, isr: [3, 5, 1, 2, 4] })), '4 5 1 / 5 1 4');
  assert.is(shown(completed({ ...pending, isr: [1, 4, 5] })), '4 5 1 / 1 4 5');
});

test('a reassignment that only adds, or only removes, ends by the same rule', () => {
  const grows = reassigned(settled([1]), [1, 2]);
  assert.is(completed(grows), grows);
  assert.is(shown(completed({ ...grows, isr: [2, 1] })), '1 2 / 2 1');
  const shrinks = reassigned(settled([1, 2, 3], [3]), [1, 2]);
  assert.is(completed(shrinks), shrinks, 'the data is only where it shall not stay');
  assert.is(completed({ ...shrinks, isr: [3, 1] }).replicas.length, 3, 'one that stays is not in sync');
  assert.is(shown(completed({ ...shrinks, isr: [3, 1, 2] })), '1 2 / 1 2');
});

test('a list without newcomers and leavers is no reassignment', () => {
  assert.not(isReassigning(settled([1, 2])));
  assert.ok(isReassigning({ ...settled([1, 2]), addingReplicas: [2] }));
  assert.ok(isReassigning({ ...settled([1, 2]), removingReplicas: [2] }));
  const reordered = reassigned(settled([1, 2], [1]), [2, 1]);
  assert.is(completed(reordered), reordered, 'nothing is left to complete');
});

test.run();
