/** Members that need what the leader has compacted (paper 7), in each state in which it may find that out. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { createRaft } from '../../src/raft/state.js';
import { defaultRaftLimits } from '../../src/raft/limits.js';
import { packConfiguration } from '../../src/raft/configuration.js';
import {
  configurationOf,
  createNetwork,
  deliver,
  elect,
  heal,
  memberOf,
  nodeOf,
  proposeAndSettle,
  settle,
  stateOf,
  storedState,
  turn,
} from './support/network.js';
import { answerRead, limits, withLaggard } from './support/snapshots.js';

const test = suite('compacted entries');

test('found by a pipeline that was full for too long', () => {
  const network = createNetwork([1, 2, 3], { ...limits, maxInflightAppends: 1 });
  elect(network, 1);
  network.loses = ({ to, from, kind }) => (to.id === 3 || from.id === 3) && kind !== 'heartbeat';
  const lost: Parameters<typeof deliver>[1][] = [];
  const losing = network.loses;
  network.loses = (message) => {
    if (losing(message) && message.to.id === 3) lost.push(message);
    return losing(message);
  };
  for (const text of ['a', 'b', 'c']) proposeAndSettle(network, 1, text);
  turn(network, 1, { kind: 'snapshotDurable', index: 4 });
  network.loses = () => false;
  const peer = must(
    stateOf(network, 1).peers.find(({ member }) => member.id === 3),
    'node 3',
  );
  assert.equal([peer.state, peer.nextIndex], ['replicate', 3]);
  deliver(
    network,
    must(
      lost.find(({ kind }) => kind === 'appendEntries'),
      'what was lost',
    ),
  );
  const answer = must(network.queue.pop(), 'an acknowledgement');
  deliver(network, answer);
  assert.equal([peer.state, peer.matchIndex, peer.transfer?.snapshot.index], ['snapshot', 2, 4]);
  assert.ok(network.queue.some(({ kind, to }) => kind === 'installSnapshot' && to.id === 3));
  assert.not.ok(network.queue.some(({ kind, to }) => kind === 'appendEntries' && to.id === 3));
});

test('found by a refusal whose hint is before the base', () => {
  const network = withLaggard();
  turn(network, 2, { kind: 'snapshotDurable', index: 4 });
  heal(network);
  elect(network, 2);
  do settle(network);
  while (answerRead(network, 2));
  assert.equal(
    nodeOf(network, 3).snapshotWrites.map(({ offset, done }) => [offset, done]),
    [
      [0, false],
      [4, false],
      [8, true],
    ],
  );
});

test('a chunk of another place is read again from where the follower is', () => {
  const network = withLaggard();
  heal(network);
  turn(network, 1, { kind: 'timer', timer: 'heartbeat' });
  settle(network);
  turn(network, 1, { kind: 'timer', timer: 'heartbeat' });
  settle(network);
  const read = must(nodeOf(network, 1).snapshotReads.shift(), 'a read');
  const chunk = {
    kind: 'snapshotChunk',
    to: read.to,
    index: read.index,
    bytes: new Uint8Array(4),
    done: false,
  } as const;
  turn(network, 1, { ...chunk, offset: 8 });
  assert.equal(nodeOf(network, 1).snapshotReads, [read]);
  assert.not.ok(network.queue.some(({ kind }) => kind === 'installSnapshot'));
  turn(network, 1, { ...chunk, offset: read.offset });
  assert.ok(network.queue.some(({ kind }) => kind === 'installSnapshot'));
});

test('configurations in a recovered log count from behind the snapshot on', () => {
  const snapshot = { index: 2, term: 1, configuration: configurationOf([1, 2, 3]) };
  const entries = [1, 2, 3].map((firstIndex) => ({
    firstIndex,
    term: 1,
    ...packConfiguration(configurationOf([1, 2, 3].slice(0, firstIndex))),
  }));
  const stored = storedState(configurationOf([9]), { term: 1, snapshot, entries });
  const { configurations } = createRaft({ self: memberOf(1), stored, limits: defaultRaftLimits });
  assert.equal(configurations, [
    { index: 2, configuration: configurationOf([1, 2, 3]) },
    { index: 3, configuration: configurationOf([1, 2, 3]) },
  ]);
});

test('a snapshot keeps the configurations behind it, and is the start of those before', () => {
  const network = createNetwork([1, 2, 3], { trailingEntries: 0, maxRetainedBytes: 0 });
  elect(network, 1);
  const state = stateOf(network, 1);
  turn(network, 1, { kind: 'changeMembership', id: 1, change: { kind: 'addLearner', member: memberOf(4) } });
  settle(network);
  proposeAndSettle(network, 1, 'a');
  turn(network, 1, { kind: 'changeMembership', id: 2, change: { kind: 'addLearner', member: memberOf(5) } });
  settle(network);
  assert.equal(
    state.configurations.map(({ index }) => index),
    [0, 2, 4],
  );
  turn(network, 1, { kind: 'snapshotDurable', index: 3 });
  assert.equal(state.configurations, [
    { index: 3, configuration: configurationOf([1, 2, 3], [4]) },
    { index: 4, configuration: configurationOf([1, 2, 3], [4, 5]) },
  ]);
  turn(network, 1, { kind: 'snapshotDurable', index: 4 });
  assert.equal(
    state.configurations.map(({ index }) => index),
    [4],
  );
});

test.run();
