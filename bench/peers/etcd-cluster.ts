/**
 * Three `etcd` processes on loopback and a client of their leader. Nothing is tuned: they sync before they acknowledge,
 * and a read is linearizable, as by default.
 */
import { join } from 'node:path';
import type * as etcd3 from 'etcd3';
import { must } from '../../src/assert.js';
import { findFreePorts } from './free-ports.js';
import { ServerProcesses, untilListening } from './server-processes.js';

const members = 3;

type Etcd3Module = typeof etcd3;

export interface InstalledEtcd {
  readonly program: string;
  readonly library: Etcd3Module;
}

export interface EtcdCluster extends AsyncDisposable {
  readonly client: etcd3.Etcd3;
  /** The leader's. */
  readonly endpoint: string;
  readonly processes: ServerProcesses;
  readonly version: string;
  /** From the start of the processes to the first acknowledged write. */
  readonly readyMs: number;
}

export async function startEtcd({ program, library }: InstalledEtcd): Promise<EtcdCluster> {
  const ports = await findFreePorts(2 * members);
  const processes = new ServerProcesses('etcd');
  try {
    const startedAt = performance.now();
    const urls = startMembers(processes, program, ports);
    await processes.whenReady((signal) => writeFirst(library, urls, signal));
    const readyMs = performance.now() - startedAt;
    const { client, endpoint, version } = await connectToLeader(library, urls);
    const dispose = async (): Promise<void> => {
      client.close();
      await processes[Symbol.asyncDispose]();
    };
    return { client, endpoint, processes, version, readyMs, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await processes[Symbol.asyncDispose]();
    throw error;
  }
}

/** A static cluster. Answers the URLs for clients. */
function startMembers(processes: ServerProcesses, program: string, ports: readonly number[]): string[] {
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const [clientUrls, peerUrls] = [urls.slice(0, members), urls.slice(members)];
  const cluster = peerUrls.map((url, index) => `member-${index}=${url}`).join(',');
  for (const [index, clientUrl] of clientUrls.entries()) {
    const peerUrl = must(peerUrls[index], 'each has two ports');
    const settings = {
      name: `member-${index}`,
      'data-dir': join(processes.folder, `member-${index}`),
      'listen-client-urls': clientUrl,
      'advertise-client-urls': clientUrl,
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'initial-cluster': cluster,
      'initial-cluster-state': 'new',
      logger: 'zap',
      'log-level': 'error',
    };
    const args = Object.entries(settings).map(([name, setting]) => `--${name}=${setting}`);
    processes.start(program, args, { ETCD_UNSUPPORTED_ARCH: process.arch }); // else it refuses all but x64
  }
  return clientUrls;
}

async function writeFirst(library: Etcd3Module, urls: string[], signal: AbortSignal): Promise<void> {
  for (const url of urls) await untilListening(Number(new URL(url).port), signal);
  const client = new library.Etcd3({ hosts: urls });
  try {
    await client.put('ready').value('yes');
  } finally {
    client.close();
  }
}

/** What followers pass on costs their processes time: a client of the leader alone gets a third more on two cores. */
async function connectToLeader(
  library: Etcd3Module,
  urls: readonly string[],
): Promise<{ client: etcd3.Etcd3; endpoint: string; version: string }> {
  for (const url of urls) {
    const client = new library.Etcd3({ hosts: url });
    const { header, leader, version } = await client.maintenance.status();
    if (header.member_id === leader) return { client, endpoint: url, version };
    client.close();
  }
  throw new Error('no etcd process says that it leads');
}
