/**
 * The small rules of the live page: places in the ring, groups, scales, words and numbers; and the text of a stream.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { assign, cutsOf, groupLists, isSplit, nextGroup, oneGroup } from '../../src/page/state/groups.js';
import { faultText, shortFaultText } from '../../src/page/state/link-text.js';
import { logWindow, shareOf } from '../../src/page/state/log-window.js';
import { leavesNoMajority, roleText } from '../../src/page/state/node-text.js';
import { compact, duration, niceCeiling } from '../../src/page/state/numbers.js';
import { reasonText } from '../../src/page/state/reason-text.js';
import { directionLine, isInside, placeNodes, RING } from '../../src/page/state/ring.js';
import { createEventReader } from '../../src/page/state/sse.js';
import { node } from './canned-picture.js';

const test = suite('drawing of the live page');

test('nodes and their labels stand within the box, however many there are, and the first at the top', () => {
  for (let count = 1; count <= 9; count += 1) {
    const ids = Array.from({ length: count }, (_, place) => place + 1);
    const places = [...placeNodes(ids)];
    for (const [, { x, y }] of places) {
      assert.ok(x > RING.nodeRadius + 30 && x < RING.width - RING.nodeRadius - 30, `${count}: x ${x}`);
      assert.ok(y > RING.nodeRadius + 20 && y < RING.height - RING.nodeRadius - 20, `${count}: y ${y}`);
    }
    assert.is(Math.min(...places.map(([, { y }]) => y)), must(places[0], 'a node')[1].y);
  }
});

test('the two directions of a link run beside each other', () => {
  const places = placeNodes([1, 2, 3]);
  const [one, two] = [must(places.get(1), 'node 1'), must(places.get(2), 'node 2')];
  const [there, back] = [directionLine(one, two), directionLine(two, one)];
  const apart = Math.hypot(there.start.x - back.end.x, there.start.y - back.end.y);
  assert.ok(Math.abs(apart - 7) < 0.001, `${apart} apart`);
});

test('a line drawn round nodes holds those inside', () => {
  const square = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 10 },
    { x: 0, y: 10 },
  ];
  assert.ok(isInside({ x: 5, y: 5 }, square));
  assert.not.ok(isInside({ x: 15, y: 5 }, square));
  assert.not.ok(isInside({ x: 5, y: 5 }, square.slice(0, 1)));
});

test('groups: what is cut, what is sent, and where the next go', () => {
  const nodes = [1, 2, 3];
  assert.not.ok(isSplit(oneGroup, nodes));
  assert.equal(cutsOf(oneGroup, nodes), []);
  const split = assign(oneGroup, [3], nextGroup(oneGroup, nodes));
  assert.equal(groupLists(split, nodes), [[1, 2], [3]]);
  assert.equal(cutsOf(split, nodes), [
    [1, 3],
    [2, 3],
  ]);
  assert.is(nextGroup(split, nodes), 'C');
  assert.equal(groupLists(assign(split, [1, 2], 'B'), nodes), [[1, 2, 3]], 'all together again');
});

test('all logs are on one scale, which holds what the slowest live node lacks', () => {
  assert.equal(logWindow([node(1, { lastLogIndex: 20, appliedIndex: 20 })]), { from: 0, to: 64 });
  const window = logWindow([
    node(1, { lastLogIndex: 10_000, appliedIndex: 10_000 }),
    node(2, { lastLogIndex: 9_000, appliedIndex: 9_000 }),
    node(3, { role: 'stopped', lastLogIndex: 5, appliedIndex: 5 }),
  ]);
  assert.equal(window, { from: 10_000 - 2_048, to: 10_000 });
  assert.equal([shareOf(window, 5), shareOf(window, 10_000), shareOf(window, 20_000)], [0, 1, 1]);
});

test('words for nodes, links and reasons', () => {
  assert.is(roleText(node(1, { role: 'stopped', stopReason: 'killed' })), 'stopped (killed)');
  assert.is(roleText(node(1, { paused: true, answers: false })), 'paused follower');
  assert.is(roleText(node(1, { answers: false })), 'silent follower');
  assert.is(faultText({ delayMs: [1, 20], dropRate: 0.125 }), '1–20 ms, 12.5 % lost');
  assert.is(faultText({ delayMs: 0, dropRate: 0, duplicateRate: 0, reorderRate: 0 }), '');
  assert.is(shortFaultText({ delayMs: 40, dropRate: 0.3 }), '40ms 30%');
  const names = ['a:0', 'a:1', 'a:2', 'a:3', 'a:4', 'a:5'];
  const reason = { reason: 'offlinePartitions', count: 2_000, names, detail: '' };
  assert.is(reasonText(reason), '2,000 partitions have no leader: a:0, a:1, a:2, a:3, a:4, …');
  assert.is(reasonText({ ...reason, reason: 'tired', detail: 'it is tired' }), 'it is tired');
});

test('a node whose end would leave no majority', () => {
  const three = [node(1), node(2), node(3)];
  assert.not.ok(leavesNoMajority(three, 1));
  assert.ok(leavesNoMajority([node(1), node(2), node(3, { role: 'stopped' })], 1));
  assert.ok(leavesNoMajority([node(1), node(2, { paused: true }), node(3)], 1));
  assert.not.ok(leavesNoMajority([...three, node(4, { voter: false })], 4), 'a learner is no voter');
});

test('numbers are short', () => {
  assert.equal([0, 7.4, 950, 999.7, 1_234, 98_400, 1_300_000].map(compact), [
    '0',
    '7',
    '950',
    '1.0k',
    '1.2k',
    '98k',
    '1.3M',
  ]);
  assert.equal([0.238, 3.14, 48.2, 1_250].map(duration), ['0.24 ms', '3.1 ms', '48 ms', '1.3 s']);
  assert.equal([0, 0.3, 7, 20, 21, 800].map(niceCeiling), [1, 0.5, 10, 20, 50, 1_000]);
});

test('events of a stream, in pieces of any size', () => {
  const text = ': still here\n\nevent: picture\ndata: {"a":1}\n\nid: 5\n\nevent: cluster\ndata: {}\n\nevent: half';
  const whole = [
    { event: 'picture', data: '{"a":1}' },
    { event: 'cluster', data: '{}' },
  ];
  assert.equal(createEventReader()(text), whole);
  const bytewise = createEventReader();
  assert.equal(
    Array.from(text).flatMap((letter) => bytewise(letter)),
    whole,
  );
});

test.run();
