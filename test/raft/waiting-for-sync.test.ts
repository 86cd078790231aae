/** Which messages leave at once and which after the sync: none says what a crash could make untrue (thesis 3.8). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { defaultRaftLimits } from '../../src/raft/limits.js';
import type { RaftMessage } from '../../src/raft/messages.js';
import { createRaft, type RaftState } from '../../src/raft/state.js';
import { takeReady } from '../../src/raft/take-ready.js';
import { configurationOf, memberOf, storedState, textPayloads } from './support/network.js';

const test = suite('waiting for the sync');

const header = { to: memberOf(2), from: memberOf(1), term: 3 } as const;

/** In term 3, with two entries on stable storage and one that is not. */
function node(change: Partial<RaftState> = {}): RaftState {
  const entries = [{ firstIndex: 1, term: 2, ...textPayloads('a', 'b') }];
  const stored = storedState(configurationOf([1, 2, 3]), { term: 3, entries });
  const state = createRaft({ self: memberOf(1), stored, limits: defaultRaftLimits });
  state.log.runs.push({ firstIndex: 3, term: 3, ...textPayloads('c') });
  return Object.assign(state, change);
}

function waits(message: RaftMessage, change: Partial<RaftState> = {}): boolean {
  const state = node(change);
  state.outputs.messages.push(message);
  const { sendNow, sendAfterPersist } = must(takeReady(state), 'a message');
  assert.equal([...sendNow, ...sendAfterPersist], [message]);
  return sendAfterPersist.length === 1;
}

const unsynced: readonly Partial<RaftState>[] = [{ term: 4 }, { vote: memberOf(2) }];

test('a new term or vote holds back all that speaks of them', () => {
  const spoken: readonly RaftMessage[] = [
    { ...header, kind: 'requestVote', lastLogIndex: 2, lastLogTerm: 2, leadershipTransfer: false },
    { ...header, kind: 'voteResponse', granted: true },
    { ...header, kind: 'voteResponse', granted: false },
    { ...header, kind: 'preVoteResponse', granted: false },
    { ...header, kind: 'appendEntries', previousIndex: 0, previousTerm: 0, runs: [], commitIndex: 0 },
    { ...header, kind: 'appendResponse', success: true, index: 1, hintIndex: 0, hintTerm: 0 },
    { ...header, kind: 'appendResponse', success: false, index: 9, hintIndex: 0, hintTerm: 0 },
    { ...header, kind: 'heartbeat', commitIndex: 0, round: 0 },
    { ...header, kind: 'heartbeatResponse', round: 0 },
    { ...header, kind: 'installSnapshotResponse', snapshotIndex: 1, offset: 0, installed: true },
    { ...header, kind: 'timeoutNow' },
    { ...header, kind: 'readIndexRequest', id: 1 },
  ];
  for (const message of spoken) {
    assert.not.ok(waits(message), `${message.kind} leaves at once`);
    for (const change of unsynced) assert.ok(waits(message, change), `${message.kind} waits`);
  }
});

test('a PreVote, asked or granted, is of no term yet and never waits (9.6)', () => {
  const asked = { kind: 'requestPreVote', lastLogIndex: 2, lastLogTerm: 2, leadershipTransfer: false } as const;
  for (const change of [{}, ...unsynced]) {
    assert.not.ok(waits({ ...header, ...asked }, change));
    assert.not.ok(waits({ ...header, kind: 'preVoteResponse', granted: true }, change));
  }
});

test('entries and snapshots are acknowledged once they are on stable storage; a refusal claims nothing', () => {
  const acknowledged = (success: boolean, index: number): boolean =>
    waits({ ...header, kind: 'appendResponse', success, index, hintIndex: 0, hintTerm: 0 });
  assert.equal([acknowledged(true, 2), acknowledged(true, 3), acknowledged(false, 3)], [false, true, false]);
  const installed = (done: boolean, snapshotIndex: number): boolean =>
    waits({ ...header, kind: 'installSnapshotResponse', snapshotIndex, offset: 0, installed: done });
  assert.equal([installed(true, 2), installed(true, 3), installed(false, 3)], [false, true, false]);
});

test.run();
