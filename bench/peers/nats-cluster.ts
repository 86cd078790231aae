/**
 * Three `nats-server` processes on loopback with one JetStream stream on all three (R3, files), and a client of the
 * server that leads it. They acknowledge what a majority has written to its files, before it is synced; Debian's
 * version has no setting for that.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as jetstream from '@nats-io/jetstream';
import type * as transport from '@nats-io/transport-node';
import { must } from '../../src/assert.js';
import { opaqueEntry } from '../opaque-entries.js';
import { findFreePorts } from './free-ports.js';
import { ServerProcesses, untilListening } from './server-processes.js';

const members = 3;
const subject = 'log';
/** A request that comes before there is a leader stays unanswered. */
const attemptMs = 500;
const betweenAttemptsMs = 20;

export interface InstalledNats {
  readonly program: string;
  readonly library: Pick<typeof transport, 'connect'> & Pick<typeof jetstream, 'jetstream' | 'jetstreamManager'>;
}

export interface NatsCluster extends AsyncDisposable {
  /** Resolves with the acknowledgement. */
  publish(payload: Uint8Array): Promise<unknown>;
  readonly processes: ServerProcesses;
  readonly version: string;
  /** From the start of the processes to the first acknowledged message. */
  readonly readyMs: number;
}

export async function startNats({ program, library }: InstalledNats): Promise<NatsCluster> {
  const ports = await findFreePorts(2 * members);
  const processes = new ServerProcesses('nats');
  try {
    const startedAt = performance.now();
    const servers = startMembers(processes, program, ports);
    const leaderName = await processes.whenReady((signal) => publishFirst(library, servers, signal));
    const readyMs = performance.now() - startedAt;
    const connection = await library.connect({ servers: must(servers.get(leaderName), 'it is one of them') });
    const client = library.jetstream(connection);
    return {
      publish: (payload) => client.publish(subject, payload),
      processes,
      version: connection.info?.version ?? '',
      readyMs,
      [Symbol.asyncDispose]: async () => {
        await connection.close();
        await processes[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await processes[Symbol.asyncDispose]();
    throw error;
  }
}

/** Answers the addresses for clients by server name. */
function startMembers(processes: ServerProcesses, program: string, ports: readonly number[]): Map<string, string> {
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  const [clientAddresses, clusterAddresses] = [addresses.slice(0, members), addresses.slice(members)];
  const routes = clusterAddresses.map((address) => `nats://${address}`);
  const servers = new Map<string, string>();
  for (const [index, address] of clientAddresses.entries()) {
    const name = `member-${index}`;
    const port = must(ports[index], 'each has two ports');
    const stored = ['--jetstream', '--store_dir', join(processes.folder, name)];
    const cluster = ['--cluster_name', 'bench', '--cluster', must(routes[index], 'each has two ports')];
    const client = ['--addr', '127.0.0.1', '--port', String(port), '--name', name];
    processes.start(program, [...client, ...stored, ...cluster, '--routes', routes.join(',')]);
    servers.set(name, address);
  }
  return servers;
}

/** Creates the stream and publishes to it, until both are acknowledged. Answers which server leads it. */
async function publishFirst(
  { connect, jetstream: open, jetstreamManager: manage }: InstalledNats['library'],
  servers: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<string> {
  for (const address of servers.values()) await untilListening(Number(address.split(':')[1]), signal);
  const connection = await connect({ servers: [...servers.values()] });
  try {
    const manager = await manage(connection, { timeout: attemptMs, checkAPI: false });
    await untilDone(() => manager.streams.add({ name: 'LOG', subjects: [subject], num_replicas: members }), signal);
    await untilDone(() => open(connection).publish(subject, opaqueEntry), signal);
    const { cluster } = await untilDone(() => manager.streams.info('LOG'), signal);
    return must(cluster?.leader, 'a stream that acknowledges has a leader');
  } finally {
    await connection.close();
  }
}

async function untilDone<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await sleep(betweenAttemptsMs, null, { signal });
    }
  }
}
