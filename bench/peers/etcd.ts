/**
 * Conclave beside etcd: three `etcd` processes through the client `etcd3`, three nodes with synced files here. The same
 * bytes are the value of a key there and an opaque entry here. In turns, each alone on the machine.
 */
import { must } from '../../src/assert.js';
import { startCluster } from '../../src/index.js';
import { withDataDir } from '../data-dir.js';
import { median, quantity, type Figure } from '../figure.js';
import { leaderChanges, registerBrokers } from '../leader-changes.js';
import { opaqueEntry, startOpaqueCluster } from '../opaque-entries.js';
import { findProgram, importInstalled, notInstalled } from './availability.js';
import { startEtcd, type InstalledEtcd } from './etcd-cluster.js';
import { compareRates, warmAndRun, type Load, type Run } from './side-by-side.js';

const keyCount = 1000;
const state = { topics: 1, partitionsEach: 16 };
const goals = { opaque: 15, updateLeader: 8, oneClient: 3, reads: 20, ready: 7 };

interface Loads {
  readonly many: Load;
  readonly one: Load;
  readonly reads: Load;
}
interface EtcdRun extends Record<keyof Loads, Run> {
  readonly readyMs: number;
  readonly version: string;
}
interface ConclaveRun extends Record<keyof Loads, Run> {
  readonly readyMs: number;
  readonly updateLeader: Run;
}

export async function measureEtcd({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const program = findProgram('etcd');
  if (program === null) return [notInstalled('etcd', 'apt-get install etcd-server')];
  const library = await importInstalled(() => import('etcd3'));
  if (library === null) return [notInstalled('etcd', 'npm install --no-save etcd3@1.1.2')];
  const runMs = quick ? 1000 : 3000;
  const loads: Loads = {
    many: { clients: 1024, warmUpMs: runMs / 2, runMs },
    one: { clients: 1, warmUpMs: runMs / 4, runMs: runMs / 2 },
    reads: { clients: 64, warmUpMs: runMs / 4, runMs: runMs / 2 },
  };
  const ofEtcd: EtcdRun[] = [];
  const ofConclave: ConclaveRun[] = [];
  const rounds = quick ? 1 : 3;
  for (let round = 0; round < rounds; round += 1) {
    ofEtcd.push(await runEtcd({ program, library }, loads));
    ofConclave.push(await runConclave(loads));
  }
  return [...rates(ofEtcd, ofConclave), ...ready(ofEtcd, ofConclave)];
}

async function runEtcd(installed: InstalledEtcd, loads: Loads): Promise<EtcdRun> {
  await using etcd = await startEtcd(installed);
  const { client, processes, readyMs, version } = etcd;
  const nextKey = inTurn(keyCount);
  const value = Buffer.from(opaqueEntry);
  const put = (): Promise<unknown> => client.put(nextKey()).value(value).exec();
  const get = (): Promise<unknown> => client.get(nextKey()).buffer();
  return {
    readyMs,
    version,
    many: await warmAndRun(loads.many, put, processes),
    one: await warmAndRun(loads.one, put, processes),
    reads: await warmAndRun(loads.reads, get, processes),
  };
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
    const many = await warmAndRun(loads.many, propose);
    return { readyMs, many, one: await warmAndRun(loads.one, propose) };
  });
  return withDataDir(async (dataDir) => {
    await using cluster = await startCluster({ nodes: 3, dataDir });
    const store = cluster.store();
    await registerBrokers(store);
    const { call } = await leaderChanges(store, 'etcd', state);
    const updateLeader = await warmAndRun(loads.many, call);
    const [topic] = await store.listTopics();
    const { name } = must(topic, 'it has been created');
    const reads = await warmAndRun(loads.reads, () => store.getPartition(name, 0));
    return { ...opaque, updateLeader, reads };
  });
}

function rates(ofEtcd: readonly EtcdRun[], ofConclave: readonly ConclaveRun[]): Figure[] {
  const peer = `etcd ${ofEtcd[0]?.version ?? ''}`;
  const puts = ofEtcd.map(({ many }) => many);
  return [
    ...compareRates({
      work: '128 opaque bytes, fsync, 1024 clients',
      peer,
      ofPeer: puts,
      ofConclave: ofConclave.map(({ many }) => many),
      timesAtLeast: goals.opaque,
    }),
    ...compareRates({
      work: 'update leader (there: put), fsync, 1024 clients',
      peer,
      ofPeer: puts,
      ofConclave: ofConclave.map(({ updateLeader }) => updateLeader),
      timesAtLeast: goals.updateLeader,
    }).slice(1), // the peer's rate is the one above
    ...compareRates({
      work: '128 opaque bytes, fsync, 1 client',
      peer,
      ofPeer: ofEtcd.map(({ one }) => one),
      ofConclave: ofConclave.map(({ one }) => one),
      timesAtLeast: goals.oneClient,
    }),
    ...compareRates({
      work: 'linearizable reads, 64 clients',
      peer,
      ofPeer: ofEtcd.map(({ reads }) => reads),
      ofConclave: ofConclave.map(({ reads }) => reads),
      timesAtLeast: goals.reads,
    }),
  ];
}

function ready(ofEtcd: readonly EtcdRun[], ofConclave: readonly ConclaveRun[]): Figure[] {
  const [etcdMs, conclaveMs] = [ofEtcd, ofConclave].map((runs) => runs.map(({ readyMs }) => readyMs));
  const of = (sample: readonly number[] = []): { value: number; note: string } => ({
    value: median(sample),
    note: `from start to first acknowledged write; ${sample.map((ms) => quantity(ms, 'ms')).join(', ')}`,
  });
  return [
    { name: 'cluster ready: etcd', unit: 'ms', ...of(etcdMs) },
    { name: 'cluster ready: Conclave, fsync', unit: 'ms', ...of(conclaveMs) },
    {
      name: 'cluster ready: Conclave, times faster than etcd',
      value: median(etcdMs ?? []) / median(conclaveMs ?? []),
      unit: 'x',
      goal: { atLeast: goals.ready },
      note: 'of etcd, some starts need a second election',
    },
  ];
}
