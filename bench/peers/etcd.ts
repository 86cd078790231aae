/**
 * Conclave beside etcd: three `etcd` processes through the client `etcd3`, three nodes with synced files here. The same
 * bytes are the value of a key there and an opaque entry here. In turns, each alone on the machine.
 */
import { must } from '../../src/assert.js';
import { startCluster } from '../../src/index.js';
import { withDataDir } from '../data-dir.js';
import { median, quantity, type Figure } from '../figure.js';
import { countText } from '../in-turns.js';
import { leaderChanges, registerBrokers } from '../leader-changes.js';
import { opaqueEntry, startOpaqueCluster } from '../opaque-entries.js';
import { findProgram, importInstalled, notInstalled } from './availability.js';
import { startEtcd, type InstalledEtcd } from './etcd-cluster.js';
import { compareRates, loadsOf, ofLoad, runLoad, runLoads, type Load, type Run } from './side-by-side.js';

const peer = 'etcd';
const keyCount = 1000;
const manyClients = 1024;
const readers = 64;
const state = { topics: 1, partitionsEach: 16 };
/** Issue (5): times etcd's rate. */
const goals = { opaque: { [manyClients]: 15, 1: 3 } as Record<number, number>, updateLeader: 8, reads: 20, ready: 7 };

interface Loads {
  /** Of writes, the most clients first. */
  readonly writes: readonly Load[];
  readonly reads: Load;
}
interface EtcdRun {
  readonly readyMs: number;
  readonly version: string;
  readonly writes: readonly Run[];
  readonly reads: Run;
}
interface ConclaveRun extends Omit<EtcdRun, 'version'> {
  readonly updateLeader: Run;
}

export async function measureEtcd({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const program = findProgram('etcd');
  if (program === null) return [notInstalled(peer, 'apt-get install etcd-server')];
  const library = await importInstalled(() => import('etcd3'));
  if (library === null) return [notInstalled(peer, 'npm install --no-save etcd3@1.1.2')];
  const runMs = quick ? 600 : 1200;
  const loads: Loads = {
    writes: loadsOf(quick ? [manyClients, 1] : [manyClients, 256, 1], runMs),
    reads: { clients: readers, warmUpMs: runMs / 2, runMs },
  };
  const ofEtcd: EtcdRun[] = [];
  const ofConclave: ConclaveRun[] = [];
  const rounds = quick ? 1 : 3;
  for (let round = 0; round < rounds; round += 1) {
    ofEtcd.push(await runEtcd({ program, library }, loads));
    ofConclave.push(await runConclave(loads));
  }
  return [...writeFigures(loads, ofEtcd, ofConclave), ...otherFigures(ofEtcd, ofConclave)];
}

async function runEtcd(installed: InstalledEtcd, loads: Loads): Promise<EtcdRun> {
  await using etcd = await startEtcd(installed);
  const { client, processes, readyMs, version } = etcd;
  const nextKey = inTurn(keyCount);
  const value = Buffer.from(opaqueEntry);
  const put = (): Promise<unknown> => client.put(nextKey()).value(value).exec();
  const get = (): Promise<unknown> => client.get(nextKey()).buffer();
  const writes = await runLoads(loads.writes, put, processes);
  return { readyMs, version, writes, reads: await runLoad(loads.reads, get, processes) };
}

/** Each of so many keys, again and again. */
function inTurn(count: number): () => string {
  const keys = Array.from({ length: count }, (_, number) => `key-${String(number).padStart(4, '0')}`);
  let next = 0;
  return () => {
    const key = must(keys[next % count], 'there are so many');
    next += 1;
    return key;
  };
}

async function runConclave(loads: Loads): Promise<ConclaveRun> {
  const opaque = await withDataDir(async (dataDir) => {
    const startedAt = performance.now();
    await using cluster = await startOpaqueCluster({ dataDir });
    const propose = (): Promise<unknown> => cluster.propose(opaqueEntry);
    await propose();
    const readyMs = performance.now() - startedAt;
    return { readyMs, writes: await runLoads(loads.writes, propose) };
  });
  return withDataDir(async (dataDir) => {
    await using cluster = await startCluster({ nodes: 3, dataDir });
    const store = cluster.store();
    await registerBrokers(store);
    const { call } = await leaderChanges(store, 'etcd', state);
    const updateLeader = await runLoad(must(loads.writes[0], 'the most clients'), call);
    const [topic] = await store.listTopics();
    const { name } = must(topic, 'it has been created');
    const reads = await runLoad(loads.reads, () => store.getPartition(name, 0));
    return { ...opaque, updateLeader, reads };
  });
}

function writeFigures(loads: Loads, ofEtcd: readonly EtcdRun[], ofConclave: readonly ConclaveRun[]): Figure[] {
  return loads.writes.flatMap(({ clients }, load) => {
    const timesAtLeast = goals.opaque[clients];
    const chart = 'throughput-by-clients';
    return compareRates({
      work: `opaque entries, fsync, ${countText(clients)}`,
      peer,
      ofConclave: ofLoad(
        ofConclave.map(({ writes }) => writes),
        load,
      ),
      ofPeer: ofLoad(
        ofEtcd.map(({ writes }) => writes),
        load,
      ),
      ...(timesAtLeast === undefined ? {} : { timesAtLeast }),
      charts: {
        ofConclave: { chart, series: 'Conclave, fsync', at: clients },
        ofPeer: { chart, series: 'etcd, fsync', at: clients },
      },
    });
  });
}

function otherFigures(ofEtcd: readonly EtcdRun[], ofConclave: readonly ConclaveRun[]): Figure[] {
  const manyPuts = ofEtcd.map(({ writes }) => must(writes[0], 'the most clients'));
  return [
    ...compareRates({
      work: `update leader, fsync, ${countText(manyClients)}`,
      peer: `${peer}'s puts`,
      ofConclave: ofConclave.map(({ updateLeader }) => updateLeader),
      ofPeer: manyPuts,
      timesAtLeast: goals.updateLeader,
    }).slice(1), // the peer's rate stands above
    ...compareRates({
      work: `linearizable reads, ${countText(readers)}`,
      peer,
      ofConclave: ofConclave.map(({ reads }) => reads),
      ofPeer: ofEtcd.map(({ reads }) => reads),
      timesAtLeast: goals.reads,
    }),
    ...readyFigures(ofEtcd, ofConclave),
  ];
}

function readyFigures(ofEtcd: readonly EtcdRun[], ofConclave: readonly ConclaveRun[]): Figure[] {
  const etcdMs = ofEtcd.map(({ readyMs }) => readyMs);
  const conclaveMs = ofConclave.map(({ readyMs }) => readyMs);
  const versions = `etcd ${ofEtcd[0]?.version ?? ''} through its Node client`;
  return [
    {
      name: 'start to first acknowledged write: etcd',
      value: median(etcdMs),
      unit: 'ms',
      repeats: etcdMs,
      note: versions,
    },
    {
      name: 'start to first acknowledged write, fsync: Conclave',
      value: median(conclaveMs),
      unit: 'ms',
      repeats: conclaveMs,
      note: '',
    },
    {
      name: 'start to first acknowledged write, fsync: times faster than etcd',
      value: median(etcdMs) / median(conclaveMs),
      unit: 'x',
      goal: { atLeast: goals.ready },
      note: `most starts of etcd take a second election, ${quantity(Math.min(...etcdMs), 'ms')} at best here`,
    },
  ];
}
