/** MIT 6.5840, part 3D: snapshots. One test for each of the lab's, with its name. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawInteger } from '../../../src/random.js';
import { payloadBytes } from '../../../src/raft/entries.js';
import { appliedCommands, checkOneLeader, next, one } from './agreement.js';
import {
  connect,
  crashServer,
  createCluster,
  disconnect,
  idsOf,
  isUp,
  start,
  startServer,
  stateOf,
  type Cluster,
} from './cluster.js';

const test = suite('MIT 6.5840 3D');

const SNAPSHOT_ENTRIES = 10;
const LOG_LIMIT_BYTES = 2000;

interface Conditions {
  readonly unreliable?: boolean;
  /** What befalls a server in each round. */
  readonly fate?: 'cut' | 'crash';
}

function checkLogSizes(cluster: Cluster): void {
  for (const id of idsOf(cluster).filter((each) => isUp(cluster, each))) {
    const bytes = stateOf(cluster, id).log.runs.reduce((sum, run) => sum + payloadBytes(run), 0);
    assert.ok(bytes < LOG_LIMIT_BYTES, `the log of server ${id} has ${bytes} bytes`);
  }
}

function leave(cluster: Cluster, id: number, fate: Conditions['fate']): void {
  if (fate === 'cut') disconnect(cluster, id);
  if (fate === 'crash') crashServer(cluster, id);
}

function comeBack(cluster: Cluster, id: number, fate: Conditions['fate']): void {
  if (fate === 'cut') connect(cluster, id);
  if (fate === 'crash') startServer(cluster, id);
}

/** Thirty rounds in which a server is away for longer than the log is kept. */
function snapshotRounds({ unreliable = false, fate }: Conditions): void {
  const cluster = createCluster(3, { unreliable, snapshotEntries: SNAPSHOT_ENTRIES });
  one(cluster, 'first', 3);
  let leader = checkOneLeader(cluster);
  for (let round = 0; round < 30; round += 1) {
    // Every third round it is the leader that is away.
    const other = next(cluster, leader);
    const [victim, sender] = round % 3 === 1 ? [leader, other] : [other, leader];
    leave(cluster, victim, fate);
    if (fate !== undefined) one(cluster, `${round} without one`, 2);
    const count = SNAPSHOT_ENTRIES / 2 + drawInteger(cluster.random, 0, SNAPSHOT_ENTRIES);
    for (let place = 0; place < count; place += 1) start(cluster, sender, `${round} ${place} of many`);
    one(cluster, `${round} behind many`, fate === undefined ? 3 : 2);
    checkLogSizes(cluster);
    comeBack(cluster, victim, fate);
    one(cluster, `${round} with all`, 3);
    leader = checkOneLeader(cluster);
  }
  for (const id of idsOf(cluster)) {
    assert.ok(stateOf(cluster, id).snapshot.index > 200, `server ${id} has a late snapshot`);
    assert.equal(appliedCommands(cluster, id), appliedCommands(cluster, 1));
  }
}

test('SnapshotBasic: logs stay short', () => {
  snapshotRounds({});
});

test('SnapshotInstall: a server that was cut off gets a snapshot', () => {
  snapshotRounds({ fate: 'cut' });
});

test('SnapshotInstallUnreliable: also over a network that loses and delays', () => {
  snapshotRounds({ fate: 'cut', unreliable: true });
});

test('SnapshotInstallCrash: a server that crashed gets a snapshot', () => {
  snapshotRounds({ fate: 'crash' });
});

test('SnapshotInstallUnCrash: also over a network that loses and delays', () => {
  snapshotRounds({ fate: 'crash', unreliable: true });
});

function restartAll(cluster: Cluster): void {
  for (const id of idsOf(cluster)) crashServer(cluster, id);
  for (const id of idsOf(cluster)) startServer(cluster, id);
}

test('SnapshotAllCrash: all crash at once, five times; the index never goes back', () => {
  const cluster = createCluster(3, { snapshotEntries: SNAPSHOT_ENTRIES });
  one(cluster, 'first', 3);
  for (let round = 0; round < 5; round += 1) {
    const count = SNAPSHOT_ENTRIES / 2 + drawInteger(cluster.random, 0, SNAPSHOT_ENTRIES);
    for (let place = 0; place < count; place += 1) one(cluster, `${round} ${place}`, 3);
    const before = one(cluster, `${round} before`, 3);
    restartAll(cluster);
    assert.ok(one(cluster, `${round} after`, 3) > before);
  }
});

test('SnapshotInit: after a restart a write, after another restart the snapshot is still there', () => {
  const cluster = createCluster(3, { snapshotEntries: SNAPSHOT_ENTRIES });
  one(cluster, 'first', 3);
  for (let place = 0; place <= SNAPSHOT_ENTRIES; place += 1) one(cluster, `${place}`, 3);
  restartAll(cluster);
  one(cluster, 'between', 3);
  restartAll(cluster);
  one(cluster, 'last', 3);
  assert.is(appliedCommands(cluster, 1).length, SNAPSHOT_ENTRIES + 4);
});

test.run();
