/** What tells one message or node from another leaves nothing out: each leaf, changed, gives another text. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import type { EntryRun } from '../../src/raft/entries.js';
import type { RaftMessage } from '../../src/raft/messages.js';
import { createDisk, sync, write } from '../../src/simulation/disk.js';
import { leaves, withOther, type Path } from '../raft/support/leaves.js';
import {
  configurationOf,
  createNetwork,
  elect,
  memberOf,
  proposeAndSettle,
  stateOf,
  textPayloads,
} from '../raft/support/network.js';
import { describeMessage } from './describe.js';
import { nodeText, type LocalNode } from './local-node.js';
import { allNames } from './names.js';

const names = must(allNames(4)[0], 'a naming');
const snapshot = { index: 2, term: 1, configuration: configurationOf([1, 2, 3], [4]) };

function runOf(...texts: string[]): EntryRun {
  return { firstIndex: 3, term: 1, ...textPayloads(...texts) };
}

const header = { from: memberOf(1), to: memberOf(2), term: 5 };
const messages: readonly RaftMessage[] = [
  { ...header, kind: 'requestVote', lastLogIndex: 3, lastLogTerm: 2, leadershipTransfer: false },
  { ...header, kind: 'requestPreVote', lastLogIndex: 3, lastLogTerm: 2, leadershipTransfer: true },
  { ...header, kind: 'voteResponse', granted: true },
  { ...header, kind: 'preVoteResponse', granted: false },
  { ...header, kind: 'appendEntries', previousIndex: 2, previousTerm: 1, runs: [runOf('a', 'b')], commitIndex: 1 },
  { ...header, kind: 'appendResponse', success: true, index: 4, hintIndex: 0, hintTerm: 0 },
  { ...header, kind: 'appendResponse', success: false, index: 4, hintIndex: 2, hintTerm: 1 },
  { ...header, kind: 'heartbeat', commitIndex: 3, round: 1 },
  { ...header, kind: 'heartbeatResponse', round: 1 },
  { ...header, kind: 'installSnapshot', snapshot, offset: 1, bytes: new Uint8Array([1, 2]), done: true },
  { ...header, kind: 'installSnapshotResponse', snapshotIndex: 2, offset: 3, installed: false },
  { ...header, kind: 'timeoutNow' },
  { ...header, kind: 'readIndexRequest', id: 1 },
  { ...header, kind: 'readIndexResponse', id: 1, index: 2 },
];

/** The paths of the leaves that do not show, but for those that the caller has left out. */
function hidden<T>(value: T, textOf: (value: T) => string, isLeftOut: (path: Path) => boolean): string[] {
  const before = textOf(value);
  return leaves(value)
    .filter((path) => !isLeftOut(path) && textOf(withOther(value, path) as T) === before)
    .map((path) => path.join('.'));
}

const test = suite('descriptions');

test('every leaf of a message shows', () => {
  for (const message of messages) {
    // An acknowledgement has no hint; the kind is no choice; how entries are packed is no difference.
    const isLeftOut = (path: Path): boolean => {
      const key = path.at(-1) ?? '';
      const isNoHint = message.kind === 'appendResponse' && message.success && key.startsWith('hint');
      return isNoHint || ['kind', 'data', 'count'].includes(key);
    };
    assert.equal(
      hidden(message, (each) => describeMessage(each, names), isLeftOut),
      [],
      message.kind,
    );
  }
});

test('every entry of a message shows', () => {
  const append = (...runs: EntryRun[]): string =>
    describeMessage(
      { ...header, kind: 'appendEntries', previousIndex: 2, previousTerm: 1, runs, commitIndex: 1 },
      names,
    );
  const texts = [append(), append(runOf('a')), append(runOf('b')), append(runOf('a', 'b')), append(runOf('ab'))];
  assert.is(new Set(texts).size, texts.length);
});

function fullNode(): LocalNode {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  proposeAndSettle(network, 1, 'a', 'b');
  const disk = createDisk({ description: snapshot, bytes: new Uint8Array([2]) });
  Object.assign(disk, { baseIndex: 2, baseTerm: 1 });
  const log = { truncateFrom: null, entries: [runOf('a', 'b')], snapshot: null };
  write(disk, { sequence: 1, term: 1, vote: memberOf(1), ...log });
  sync(disk);
  const read = { to: memberOf(2), index: 2, offset: 1, length: 3 };
  return {
    member: memberOf(1),
    state: stateOf(network, 1),
    disk,
    timers: ['checkQuorum', 'heartbeat'],
    tasks: [
      { kind: 'readSnapshot', read },
      { kind: 'restoreSnapshot', snapshot },
    ],
  };
}

test('every leaf of a node shows: its disk, its timers, what its shell owes it', () => {
  // The state has a test of its own; digest and bytes follow from the rest, and between turns all is synced.
  const isLeftOut = (path: Path): boolean =>
    path[0] === 'state' || ['digest', 'bytes', 'payload', 'unsynced', 'kind'].includes(path.at(-1) ?? '');
  assert.equal(
    hidden(fullNode(), (node) => nodeText(node, names), isLeftOut),
    [],
  );
});

test('rounds show as they are: a late answer tells them apart', () => {
  const node = fullNode();
  const state = must(node.state, 'a live node');
  const withRounds = (round: number, acknowledged: number): string => {
    const peers = state.peers.map((peer) => ({ ...peer, ackedRound: acknowledged }));
    return nodeText({ ...node, state: { ...state, peers, reads: { ...state.reads, round } } }, names);
  };
  const texts = [withRounds(2, 0), withRounds(2, 1), withRounds(3, 0), withRounds(2, 2)];
  assert.is(new Set(texts).size, texts.length);
});

test.run();
