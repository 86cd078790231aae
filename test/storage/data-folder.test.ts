/** What a data folder says of its cluster and its nodes, whatever a crash leaves of the last change to it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError } from '../../src/errors.js';
import { createRandom } from '../../src/random.js';
import { DiskCrash, FaultyDisk } from '../../src/simulation/faulty-disk.js';
import { allSurvives, drawSurvival, nothingSurvives } from '../../src/simulation/survival.js';
import {
  makeNodeFolder,
  nodeFolder,
  readClusterFile,
  readIdentity,
  refuseOrphans,
  removeNodeFolder,
  writeClusterFile,
  type ClusterFile,
} from '../../src/storage/data-folder.js';
import { createLogFiles, openLogFiles } from '../../src/storage/log-files.js';
import type { Disk } from '../../src/storage/disk.js';
import type { StorageIdentity } from '../../src/storage/storage.js';
import { persistOf, snapshotAt } from './support/logs.js';

const DATA = 'data';
const RANDOM_CRASHES = 5;

const test = suite('data folder');

const voters = [{ id: 1, incarnation: 'one' }];
const cluster: ClusterFile = {
  clusterId: 'cluster-a',
  stateMachine: null,
  bootstrap: { voters, learners: [] },
  nodes: [1],
  lastNodeId: 1,
};

function identityOf(id: number, incarnation: string): StorageIdentity {
  return { clusterId: 'cluster-a', member: { id, incarnation } };
}

function emptyDisk(): FaultyDisk {
  const disk = new FaultyDisk();
  disk.makeFolder(DATA);
  disk.syncFolder('');
  return disk;
}

const logOf = (disk: Disk, folder: string, identity: StorageIdentity) =>
  ({ disk, folder, identity, durability: 'fsync', segmentBytes: 1024 }) as const;

function makeNode(disk: Disk, identity: StorageIdentity): void {
  makeNodeFolder(disk, DATA, identity, (folder) => {
    createLogFiles(logOf(disk, folder, identity));
  });
}

function openNode(disk: Disk, identity: StorageIdentity): ReturnType<typeof openLogFiles> {
  return openLogFiles(logOf(disk, nodeFolder(DATA, identity.member.id), identity), snapshotAt(0, 0));
}

const incarnationOf = (disk: Disk, id: number) => readIdentity(disk, DATA, 'cluster-a', id)?.member.incarnation ?? null;

function refusal(read: () => unknown): ClusterError {
  try {
    read();
  } catch (error) {
    if (error instanceof ClusterError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Crashes at every call of `change`, with all, none or some of the unsynced kept, and looks at what is left. */
function crashEverywhere(before: FaultyDisk, change: (disk: Disk) => void, look: (disk: FaultyDisk) => void): number {
  const random = createRandom(1);
  for (let crashAt = 1; ; crashAt += 1) {
    const disk = before.copy();
    let calls = 0;
    disk.interfere = () => {
      calls += 1;
      return calls === crashAt ? 'crash' : null;
    };
    try {
      change(disk);
      return crashAt;
    } catch (error) {
      if (!(error instanceof DiskCrash)) throw error;
    }
    const drawn = Array.from({ length: RANDOM_CRASHES }, () => drawSurvival(random));
    for (const survival of [allSurvives, nothingSurvives, ...drawn]) {
      const left = disk.copy();
      left.crash(survival);
      look(left);
    }
  }
}

test('cluster.json and identity.json come back as they were written', () => {
  const disk = emptyDisk();
  assert.is(readClusterFile(disk, DATA), null);
  assert.is(incarnationOf(disk, 1), null);
  writeClusterFile(disk, DATA, cluster);
  makeNode(disk, identityOf(1, 'one'));
  disk.crash(nothingSurvives);
  const { clusterId, stateMachine, bootstrap, nodes, lastNodeId } = readClusterFile(disk, DATA) ?? cluster;
  assert.equal({ clusterId, stateMachine, bootstrap, nodes, lastNodeId }, cluster);
  assert.equal(readIdentity(disk, DATA, 'cluster-a', 1), identityOf(1, 'one'));
  openNode(disk, identityOf(1, 'one')).storage.close();
});

test('a crash while a node folder is made leaves a wiped node or a whole one', () => {
  const seen = new Set<string | null>();
  const calls = crashEverywhere(
    emptyDisk(),
    (disk) => {
      makeNode(disk, identityOf(1, 'one'));
    },
    (disk) => {
      const incarnation = incarnationOf(disk, 1);
      seen.add(incarnation);
      if (incarnation !== null) openNode(disk, identityOf(1, 'one')).storage.close();
      refuseOrphans(disk, DATA);
      makeNode(disk, identityOf(1, 'again'));
      assert.is(incarnationOf(disk, 1), 'again');
    },
  );
  assert.ok(calls > 10, `${calls} calls`);
  assert.equal([...seen], [null, 'one']);
});

test('a crash while a node is wiped leaves the old one, none, or the new one, and each with its own log', () => {
  const before = emptyDisk();
  makeNode(before, identityOf(1, 'old'));
  const { storage } = openNode(before, identityOf(1, 'old'));
  storage.persist(persistOf({ term: 7 }));
  storage.close();
  const seen = new Set<string | null>();
  crashEverywhere(
    before,
    (disk) => {
      makeNode(disk, identityOf(1, 'new'));
    },
    (disk) => {
      const incarnation = incarnationOf(disk, 1);
      seen.add(incarnation);
      if (incarnation === null) return;
      const opened = openNode(disk, identityOf(1, incarnation));
      assert.is(opened.stored.term, incarnation === 'old' ? 7 : 0);
      opened.storage.close();
    },
  );
  assert.equal([...seen], ['old', null, 'new']);
});

test('a crash while cluster.json is replaced leaves the old one or the new one', () => {
  const before = emptyDisk();
  writeClusterFile(before, DATA, cluster);
  const seen = new Set<number | undefined>();
  crashEverywhere(
    before,
    (disk) => {
      writeClusterFile(disk, DATA, { ...cluster, nodes: [1, 2] });
    },
    (disk) => {
      seen.add(readClusterFile(disk, DATA)?.nodes.length);
    },
  );
  assert.equal([...seen], [1, 2]);
});

test('a removed node is gone, and a crash meanwhile leaves it whole or without an identity', () => {
  const before = emptyDisk();
  makeNode(before, identityOf(1, 'one'));
  crashEverywhere(
    before,
    (disk) => {
      removeNodeFolder(disk, DATA, 1);
      assert.equal(disk.list(DATA), []);
    },
    (disk) => {
      if (incarnationOf(disk, 1) !== null) openNode(disk, identityOf(1, 'one')).storage.close();
    },
  );
});

test('every flipped bit of a file is refused, by its name', () => {
  for (const name of ['cluster.json', 'node-1/identity.json']) {
    const disk = emptyDisk();
    writeClusterFile(disk, DATA, cluster);
    makeNode(disk, identityOf(1, 'one'));
    const path = `${DATA}/${name}`;
    const file = disk.open(path, 'read');
    const bits = file.size() * 8;
    let harmless = 0;
    for (let bit = 0; bit < bits; bit += 1) {
      const damaged = disk.copy();
      damaged.flipBit(path, bit);
      try {
        const read =
          name === 'cluster.json' ? readClusterFile(damaged, DATA) : readIdentity(damaged, DATA, 'cluster-a', 1);
        // A line feed that became another white space says nothing else.
        assert.ok(read !== null);
        harmless += 1;
      } catch (error) {
        assert.instance(error, ClusterError);
        assert.equal([(error as ClusterError).code, (error as ClusterError).details['file']], ['CorruptLog', path]);
      }
    }
    assert.ok(harmless < bits / 20, `${harmless} of ${bits} changed nothing`);
  }
});

test("another cluster's or node's folder is refused", () => {
  const disk = emptyDisk();
  makeNode(disk, identityOf(1, 'one'));
  assert.is(refusal(() => readIdentity(disk, DATA, 'cluster-b', 1)).code, 'CorruptLog');
  disk.rename(`${DATA}/node-1`, `${DATA}/node-2`);
  assert.match(refusal(() => readIdentity(disk, DATA, 'cluster-a', 2)).message, 'node 1');
});

test('without cluster.json a folder in which something was stored is refused, one where nothing was is not', () => {
  const disk = emptyDisk();
  makeNode(disk, identityOf(1, 'one'));
  disk.makeFolder(`${DATA}/node-2`);
  disk.makeFolder(`${DATA}/photographs`);
  refuseOrphans(disk, DATA);
  const { storage } = openNode(disk, identityOf(1, 'one'));
  storage.persist(persistOf({ term: 1, vote: voters[0] ?? null }));
  storage.close();
  const { code, details, message } = refusal(() => {
    refuseOrphans(disk, DATA);
  });
  assert.equal([code, details['file']], ['CorruptLog', `${DATA}/cluster.json`]);
  assert.match(message, `${DATA}/node-1`);
});

test.run();
