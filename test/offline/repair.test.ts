/** Damaged folders of real clusters, repaired: all is there again, or nothing is changed and what is lost is told. */
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repair, startCluster, type Cluster } from '../../src/index.js';
import { readSurvivingLog, type SurvivingLog } from '../../src/offline/surviving-log.js';
import { createNodeDisk } from '../../src/storage/node-disk.js';
import { codeOf, equalState, registerBrokers, withCluster } from '../support/clusters.js';
import { damageEnd, damageEntries, damageSnapshot } from '../support/damaged-files.js';
import { damageLog, withDataDir } from '../support/data-dirs.js';

const test = suite('repair');
const TOPICS = 40;
const MOST_ATTEMPTS = 5;

/** A stopped cluster with topics t-0, t-1, …, whose logs end at one index. Answers it. */
async function filled(dataDir: string, snapshotEntries = 10_000): Promise<number> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const last = await fillOnce(dataDir, snapshotEntries);
    if ([1, 2, 3].every((id) => survivingLog(dataDir, id).end?.index === last)) return last;
    // While all are stopped, a follower may hear that the leader is gone, be elected, and leave an entry more.
    for (const name of readdirSync(dataDir)) rmSync(join(dataDir, name), { recursive: true });
  }
  throw new Error(`logs of one length were not stopped in ${MOST_ATTEMPTS} attempts`);
}

/**
 * Each topic is in a record of its own on every node: a follower that lags would get several in one record, so each has
 * arrived everywhere before the next is written. Answers the last index of the logs before they were stopped.
 */
async function fillOnce(dataDir: string, snapshotEntries: number): Promise<number> {
  let last = 0;
  await withCluster('filling', { dataDir, nodes: 3, snapshotEntries, trailingEntries: 5 }, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 1);
    for (let topic = 0; topic < TOPICS; topic += 1) {
      await store.createTopic(`t-${topic}`, { partitions: 1, replicationFactor: 1 });
      last = await equalLogs(cluster);
    }
    await equalState(cluster);
  });
  return last;
}

/** Waits until all logs end at one index, and answers it. */
async function equalLogs(cluster: Cluster): Promise<number> {
  for (;;) {
    const ends = new Set((await cluster.status()).nodes.map(({ lastLogIndex }) => lastLogIndex));
    const [end = 0] = ends;
    if (ends.size === 1) return end;
  }
}

async function assertWhole(dataDir: string): Promise<void> {
  await withCluster('repaired', { dataDir }, async (cluster) => {
    await cluster.waitForHealthy();
    await equalState(cluster);
    const names = (await cluster.store().listTopics()).map(({ name }) => name);
    assert.equal(new Set(names), new Set(Array.from({ length: TOPICS }, (_, topic) => `t-${topic}`)));
    await cluster.store().createTopic('later', { partitions: 1, replicationFactor: 1 });
  });
}

function survivingLog(dataDir: string, id: number): SurvivingLog {
  return readSurvivingLog(createNodeDisk(), join(dataDir, `node-${id}`));
}

/** Every file below a folder with its bytes. */
function contentOf(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, string] => {
      const path = join(entry.parentPath, entry.name);
      return [path, readFileSync(path, 'base64')];
    })
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

test('different records damaged on all nodes, each intact somewhere: all is rebuilt', () =>
  withDataDir(async (dataDir) => {
    const last = await filled(dataDir);
    damageEntries(dataDir, 1, 10, 20);
    damageEntries(dataDir, 2, 25, 32);
    damageEnd(dataDir, 3, 35);
    assert.is(await codeOf(startCluster({ dataDir })), 'CorruptLog');
    const termBefore = Math.max(...[1, 2, 3].map((id) => survivingLog(dataDir, id).term));
    const report = await repair(dataDir);
    assert.equal([report.lost, report.lastIndex], [[], last]);
    // A vote that is forgotten was given in an earlier term.
    for (const id of [1, 2, 3]) assert.ok(survivingLog(dataDir, id).term > termBefore, `term of node ${id}`);
    assert.equal(
      report.nodes.map(({ node, state, damages }) => [node, state, damages.length > 0]),
      [1, 2, 3].map((node) => [node, 'repaired', true]),
    );
    await assertWhole(dataDir);
    const again = await repair(dataDir);
    assert.equal(
      again.nodes.map(({ state }) => state),
      ['intact', 'intact', 'intact'],
    );
  }));

test('a record damaged on all nodes is told by index, and nothing is changed', () =>
  withDataDir(async (dataDir) => {
    await filled(dataDir);
    for (const [id, from] of [
      [1, 10],
      [2, 20],
      [3, 15],
    ] as const)
      damageEntries(dataDir, id, from, 22);
    const before = contentOf(dataDir);
    const report = await repair(dataDir);
    assert.equal([report.lost, report.lastIndex], [[{ from: 20, to: 22 }], 19]);
    assert.equal(
      report.nodes.map(({ state }) => state),
      ['damaged', 'damaged', 'damaged'],
    );
    assert.equal(contentOf(dataDir), before);
  }));

test('the ends of all logs are damaged: the marks tell what is lost; without them, that it cannot be told', () =>
  withDataDir(async (dataDir) => {
    const last = await filled(dataDir);
    for (const id of [1, 2, 3]) damageEnd(dataDir, id, last - 2);
    assert.equal((await repair(dataDir)).lost, [{ from: last - 2, to: last }]);
    for (const id of [1, 2]) writeFileSync(join(dataDir, `node-${id}`, 'synced'), new Uint8Array(1024));
    assert.equal((await repair(dataDir)).lost, [
      { from: last - 2, to: last },
      { from: last + 1, to: null },
    ]);
  }));

test('what one node alone may have had was never acknowledged: it is given up', () =>
  withDataDir(async (dataDir) => {
    let shared = 0;
    await withCluster('a minority', { dataDir, nodes: 3 }, async (cluster) => {
      const leader = await cluster.waitForLeader();
      const followers = cluster.nodeIds.filter((id) => id !== leader.id);
      await registerBrokers(cluster.store(), 1);
      await equalState(cluster);
      shared = (await leader.status()).lastLogIndex;
      await Promise.all(followers.map((id) => cluster.node(id).kill()));
      const lone = cluster.store({ node: leader.id });
      assert.ok(await codeOf(lone.registerBroker({ id: 9, addr: 'h:9' }, { timeoutMs: 100 })));
      await leader.kill();
      damageEnd(dataDir, leader.id, shared + 1);
      damageEntries(dataDir, followers[0] ?? 0, 1, 1);
    });
    const report = await repair(dataDir);
    assert.equal([report.lost, report.lastIndex], [[], shared]);
    await withCluster('repaired', { dataDir }, async (cluster) => {
      await equalState(cluster);
      assert.is((await cluster.store().listBrokers()).length, 1);
    });
  }));

test('a damaged snapshot comes from a node that has it intact, damaged segments and identities too', () =>
  withDataDir(async (dataDir) => {
    await filled(dataDir, 15);
    damageSnapshot(dataDir, 1);
    damageLog(dataDir, 2);
    writeFileSync(join(dataDir, 'node-3', 'identity.json'), '{}');
    const report = await repair(dataDir);
    assert.equal(report.lost, []);
    assert.equal(
      report.nodes.map(({ state }) => state),
      ['repaired', 'repaired', 'repaired'],
    );
    await assertWhole(dataDir);
  }));

test('all snapshots are damaged: logs that still reach back to the first entry bring everything', () =>
  withDataDir(async (dataDir) => {
    await filled(dataDir, 15);
    for (const id of [1, 2, 3]) damageSnapshot(dataDir, id);
    assert.equal((await repair(dataDir)).lost, []);
    await assertWhole(dataDir);
  }));

test('a node without files is left to the next start; two such nodes may have held anything', () =>
  withDataDir(async (dataDir) => {
    const last = await filled(dataDir);
    rmSync(join(dataDir, 'node-2'), { recursive: true });
    damageEntries(dataDir, 1, 5, 9);
    const report = await repair(dataDir);
    assert.equal(
      report.nodes.map(({ state }) => state),
      ['repaired', 'missing', 'intact'],
    );
    assert.equal([report.lost, report.lastIndex], [[], last]);
    await assertWhole(dataDir);
    for (const id of [1, 2]) rmSync(join(dataDir, `node-${id}`), { recursive: true });
    assert.equal((await repair(dataDir)).lost, [{ from: (await repair(dataDir)).lastIndex + 1, to: null }]);
  }));

test('a repair that ended in the middle is ended by the next start, and by the next repair', () =>
  withDataDir(async (dataDir) => {
    await filled(dataDir);
    const copy = `${dataDir}-copy`;
    for (const id of [1, 2]) damageEntries(dataDir, id, id * 10, id * 10 + 5);
    cpSync(dataDir, copy, { recursive: true });
    try {
      await repair(copy);
      // As it is after one folder was made and has not taken its place, one has half, and a third was not made whole.
      renameSync(join(copy, 'node-1'), join(dataDir, 'node-1.new'));
      renameSync(join(copy, 'node-2'), join(dataDir, 'node-2.new'));
      rmSync(join(dataDir, 'node-2'), { recursive: true });
      mkdirSync(join(dataDir, 'node-3.new'));
      writeFileSync(join(dataDir, 'node-3.new', 'synced'), '');
    } finally {
      rmSync(copy, { recursive: true });
    }
    await assertWhole(dataDir);
    assert.equal(
      readdirSync(dataDir).filter((name) => /new|old/.test(name)),
      ['node-1.old'],
    );
  }));

test('a folder in use, and one that holds no cluster', () =>
  withDataDir(async (dataDir) => {
    assert.is(await codeOf(repair(dataDir)), 'InvalidArgument');
    assert.equal(readdirSync(dataDir), []);
    await withCluster('in use', { dataDir, nodes: 1 }, async () => {
      assert.is(await codeOf(repair(dataDir)), 'DataDirInUse');
    });
  }));

test.run();
