/**
 * Conclave beside etcd: three `etcd` processes through the client `etcd3`, three nodes with synced files here. The same
 * bytes are the value of a key there and an opaque entry here. In turns, each alone on the machine.
 */
import { must } from '../../src/assert.js';
import { startCluster } from '../../src/index.js';
import { withDataDir } from '../data-dir.js';
import { median, type Figure } from '../figure.js';
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
/** Beside those of the rounds: how long a start of etcd takes varies sixfold. */
const startsAlone = 2;
const state = { topics: 1, partitionsEach: 16 };
/** Issue (5): times etcd's rate. */
const goals = { opaque: { [manyClients]: 15, 1: 3 } as Record<number, number>, updateLeader: 8, reads: 20, ready: 7 };

interface Loads {
  /** Of writes, the most clients first. */
  readonly writes: readonly Load[];
  readonly reads: Load;
}
/** `readyMs`: from the start to the first acknowledged write. */
interface Ready {
  readonly readyMs: number;
}
interface EtcdRun extends Ready {
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
  const etcdReady: Ready[] = [];
  const conclaveReady: Ready[] = [];
  for (let start = 0; start < startsAlone; start += 1) {
    etcdReady.push(await startEtcdAlone({ program, library }));
    conclaveReady.push(await startConclave(() => Promise.resolve({})));
  }
  const ofEtcd: EtcdRun[] = [];
  const ofConclave: ConclaveRun[] = [];
  const rounds = quick ? 1 : 3;
  for (let round = 0; round < rounds; round += 1) {
    ofEtcd.push(await runEtcd({ program, library }, loads));
    ofConclave.push(await runConclave(loads));
  }
  return [
    ...writeFigures(loads, ofEtcd, ofConclave),
    ...otherFigures(ofEtcd, ofConclave),
    ...readyFigures([...etcdReady, ...ofEtcd], [...conclaveReady, ...ofConclave], ofEtcd[0]?.version ?? ''),
  ];
}

async function startEtcdAlone(installed: InstalledEtcd): Promise<Ready> {
  await using etcd = await startEtcd(installed);
  return { readyMs: etcd.readyMs };
}

/** A cluster with synced files, for as long as `use` takes. */
function startConclave<T>(use: (propose: () => Promise<unknown>) => Promise<T>): Promise<T & Ready> {
  return withDataDir(async (dataDir) => {
    const startedAt = performance.now();
    await using cluster = await startOpaqueCluster({ dataDir });
    const propose = (): Promise<unknown> => cluster.propose(opaqueEntry);
    await propose();
    const readyMs = performance.now() - startedAt;
    return { ...(await use(propose)), readyMs };
  });
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
  const opaque = await startConclave(async (propose) => ({ writes: await runLoads(loads.writes, propose) }));
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
  ];
}

function readyFigures(ofEtcd: readonly Ready[], ofConclave: readonly Ready[], version: string): Figure[] {
  const work = 'start to first acknowledged write, fsync';
  const of = (starts: readonly Ready[]): Pick<Figure, 'value' | 'unit' | 'repeats'> => {
    const repeats = starts.map(({ readyMs }) => readyMs);
    return { value: median(repeats), unit: 'ms', repeats };
  };
  const [etcd, conclave] = [of(ofEtcd), of(ofConclave)];
  return [
    { name: `${work}: etcd`, ...etcd, note: `etcd ${version}; at times it needs a second election` },
    { name: `${work}: Conclave`, ...conclave, note: '' },
    {
      name: `${work}: times faster than etcd`,
      value: etcd.value / conclave.value,
      unit: 'x',
      goal: { atLeast: goals.ready },
      note: `medians of ${ofEtcd.length}, in turns`,
    },
  ];
}
