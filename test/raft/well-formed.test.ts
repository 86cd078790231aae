/** The border: what is no batch, no place and no configuration never gets behind it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EntryKind, packPayloads, type EntryRun } from '../../src/raft/entries.js';
import type { AppendEntries } from '../../src/raft/messages.js';
import {
  areWellFormed,
  isConfiguration,
  isLogPlace,
  isMember,
  isSnapshotDescription,
  isWellPacked,
  readConfiguration,
} from '../../src/raft/well-formed.js';
import { canonicalState, copyState } from '../../src/raft/state-copy.js';
import { configurationOf, createNetwork, elect, memberOf, stateOf, textPayloads, turn } from './support/network.js';

const test = suite('well-formed');

const text = (json: string): Uint8Array => Uint8Array.of(EntryKind.configuration, ...new TextEncoder().encode(json));
const configuration = JSON.stringify(configurationOf([1, 2], [3]));

test('payloads are well packed when their ends ascend to the end of the bytes', () => {
  const packed = packPayloads([new Uint8Array(3), new Uint8Array(0), new Uint8Array(2)]);
  assert.ok(isWellPacked(packed));
  const withEnd = (position: number, end: number): boolean => {
    const data = Uint8Array.from(packed.data);
    new Uint32Array(data.buffer, 0, 3)[position] = end;
    return isWellPacked({ count: 3, data });
  };
  assert.ok(withEnd(1, 4));
  for (const [position, end] of [
    [0, 4],
    [1, 2],
    [1, 6],
    [2, 4],
    [2, 6],
    [2, 2 ** 32 - 1],
  ] as const) {
    assert.not.ok(withEnd(position, end), `end ${position} is ${end}`);
  }
  for (const count of [0, -1, 1.5, NaN, 2 ** 32, 4]) assert.not.ok(isWellPacked({ ...packed, count }), String(count));
  assert.ok(isWellPacked({ count: 1, data: new Uint8Array(4) }));
  assert.not.ok(isWellPacked({ count: 1, data: new Uint8Array(3) }));
});

test('a configuration among them can be read', () => {
  assert.ok(isWellPacked(packPayloads([text(configuration)])));
  assert.equal(readConfiguration(text(configuration)), configurationOf([1, 2], [3]));
  for (const json of ['', '{', 'null', '1', '{}', '{"voters":[]}', '{"voters":[1],"learners":[]}']) {
    assert.is(readConfiguration(text(json)), null, json);
    assert.not.ok(isWellPacked(packPayloads([new Uint8Array(1), text(json)])), json);
  }
  assert.ok(isWellPacked(packPayloads([new Uint8Array(0), Uint8Array.of(EntryKind.application, 0x7b)])));
  assert.ok(isWellPacked(packPayloads([new Uint8Array(0), text(configuration)])), 'an empty entry has no kind');
});

test('runs are well formed when they continue the log in terms that never fall', () => {
  const run = (firstIndex: number, term: number): EntryRun => ({ firstIndex, term, ...textPayloads('a', 'b') });
  const after = { index: 4, term: 2 };
  const well = (...runs: readonly EntryRun[]): boolean => areWellFormed(runs, after, 3);
  assert.ok(well());
  assert.ok(well(run(5, 2), run(7, 3)));
  for (const first of [4, 6]) assert.not.ok(well(run(first, 2)));
  for (const term of [1, 4, 2.5, NaN]) assert.not.ok(well(run(5, term)));
  assert.not.ok(well(run(5, 3), run(7, 2)));
  assert.not.ok(well(run(5, 2), { ...run(7, 2), count: 3 }));
  assert.not.ok(areWellFormed([], { index: -1, term: 0 }, 1));
});

test('places, members and descriptions have the members and the types that they need', () => {
  assert.ok(isLogPlace({ index: 0, term: 0 }));
  for (const place of [
    null,
    1,
    {},
    { index: 1 },
    { index: -1, term: 0 },
    { index: 0, term: 0.5 },
    { index: 0, term: '1' },
  ]) {
    assert.not.ok(isLogPlace(place));
    assert.not.ok(isSnapshotDescription({ ...Object(place), configuration: configurationOf([1]) }));
  }
  assert.ok(isMember(memberOf(1)));
  for (const member of [undefined, 'a', { id: 0, incarnation: 'a' }, { id: 1 }, { id: '1', incarnation: 'a' }]) {
    assert.not.ok(isMember(member));
    assert.not.ok(isConfiguration({ voters: [member], learners: [] }));
    assert.not.ok(isConfiguration({ voters: [], learners: [memberOf(1), member] }));
  }
  assert.not.ok(isSnapshotDescription({ index: 1, term: 1 }));
  assert.ok(isSnapshotDescription({ index: 1, term: 1, configuration: configurationOf([], []) }));
});

test('a malformed append or proposal is as if lost: nothing is said, nothing changes', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  const broken = { ...textPayloads('a', 'b'), count: 9 };
  const [leader, follower] = [stateOf(network, 1), stateOf(network, 2)];
  const append: AppendEntries = {
    kind: 'appendEntries',
    to: memberOf(2),
    from: memberOf(1),
    term: 1,
    previousIndex: 1,
    previousTerm: 1,
    runs: [{ firstIndex: 2, term: 1, ...broken }],
    commitIndex: 1,
  };
  const [before, leaderBefore] = [copyState(follower), copyState(leader)];
  assert.equal(turn(network, 2, { kind: 'message', message: append }), []);
  assert.is(canonicalState(follower), canonicalState(before));
  assert.equal(turn(network, 1, { kind: 'propose', admission: leader.admission ?? 0, payloads: broken }), []);
  assert.is(canonicalState(leader), canonicalState(leaderBefore));
});

test.run();
