/**
 * A real etcd cluster on loopback for tests: three processes that can be killed like by `kill -9` and started again
 * over the same files. Without the program `etcd` on PATH tests are skipped, and say so in one line. What is measured
 * against etcd is in `bench/peers`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../bench/peers/availability.js';
import { findFreePorts } from '../../bench/peers/free-ports.js';
import { must } from '../../src/assert.js';
import { eventually } from './deadline.js';

export interface EtcdMember {
  readonly endpoint: string;
  readonly running: boolean;
  /** Ends it like `kill -9`; resolves when it has gone. */
  kill(): Promise<void>;
  /** Over the files of its last life. Resolves when it serves. */
  start(): Promise<void>;
  /** It holds its connections and answers nothing, like under SIGSTOP. */
  pause(): void;
  resume(): void;
}

export interface EtcdCluster extends AsyncDisposable {
  readonly members: readonly EtcdMember[];
  readonly endpoints: readonly string[];
  /** With TLS, where that was asked for. */
  readonly secureEndpoints: readonly string[];
  /** The one that leads, as etcd says. */
  leader(): Promise<EtcdMember>;
}

/** Null: there is none, and what was to be shown with it is told as skipped. */
export function etcdProgram(what: string): string | null {
  const program = findProgram('etcd');
  if (program === null) console.log(`skipped: ${what}: there is no etcd on PATH (apt-get install etcd-server)`);
  return program;
}

/** `settings`: of `etcd` itself, by their names without dashes in front. */
export interface EtcdSettings {
  readonly size?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** Paths of PEM files: it then serves at `secureEndpoints` too, those who have a certificate of the same `caFile`. */
  readonly tls?: { readonly caFile: string; readonly certFile: string; readonly keyFile: string };
}

export async function startEtcdCluster(
  program: string,
  { size = 3, settings = {}, tls }: EtcdSettings = {},
): Promise<EtcdCluster> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'conclave-etcd-'));
  const places = (await findFreePorts(3 * size)).map((port) => `127.0.0.1:${port}`);
  const urls = places.map((place) => `http://${place}`);
  const [endpoints, peers] = [urls.slice(0, size), urls.slice(size, 2 * size)];
  const secureEndpoints = tls === undefined ? [] : places.slice(2 * size).map((place) => `https://${place}`);
  const initial = peers.map((url, place) => `member-${place}=${url}`).join(',');
  const members = endpoints.map((endpoint, place) => {
    const peer = must(peers[place], 'as many peers as endpoints');
    const given = {
      name: `member-${place}`,
      'data-dir': join(folder, `member-${place}`),
      'listen-client-urls': [endpoint, ...secureEndpoints.slice(place, place + 1)].join(','),
      'advertise-client-urls': endpoint,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': initial,
      'initial-cluster-state': 'new',
      'heartbeat-interval': '50',
      'election-timeout': '500',
      logger: 'zap',
      'log-level': 'error',
      ...(tls === undefined ? {} : secured(tls)),
      ...settings,
    };
    return new Member(program, endpoint, given);
  });
  const endNow = (): void => {
    for (const member of members) member.endNow();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on('exit', endNow);
  const dispose = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.kill()));
    endNow();
    process.off('exit', endNow);
  };
  try {
    await Promise.all(members.map((member) => member.start()));
  } catch (error) {
    await dispose();
    throw error;
  }
  return { members, endpoints, secureEndpoints, leader: () => findLeader(members), [Symbol.asyncDispose]: dispose };
}

function secured({ caFile, certFile, keyFile }: NonNullable<EtcdSettings['tls']>): Record<string, string> {
  return { 'cert-file': certFile, 'key-file': keyFile, 'trusted-ca-file': caFile, 'client-cert-auth': 'true' };
}

class Member implements EtcdMember {
  readonly endpoint: string;
  readonly #program: string;
  readonly #arguments: readonly string[];
  #child: ChildProcess | null = null;

  constructor(program: string, endpoint: string, settings: Readonly<Record<string, string>>) {
    this.#program = program;
    this.endpoint = endpoint;
    this.#arguments = Object.entries(settings).map(([name, setting]) => `--${name}=${setting}`);
  }

  get running(): boolean {
    return this.#child !== null;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const gone = once(child, 'close');
    this.endNow();
    await gone;
  }

  async start(): Promise<void> {
    const environment = { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch };
    const child = spawn(this.#program, this.#arguments, { stdio: 'ignore', env: environment });
    this.#child = child;
    child.once('close', () => {
      if (this.#child === child) this.#child = null;
    });
    await eventually(async () => {
      if (this.#child !== child) throw new Error(`etcd at ${this.endpoint} ended by itself`);
      return (await statusOf(this.endpoint)) !== null;
    }, `etcd at ${this.endpoint} serves`);
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  endNow(): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }
}

async function findLeader(members: readonly EtcdMember[]): Promise<EtcdMember> {
  let leader: EtcdMember | undefined;
  await eventually(async () => {
    for (const member of members) {
      const status = member.running ? await statusOf(member.endpoint) : null;
      if (status !== null && status.header.member_id === status.leader) leader = member;
    }
    return leader !== undefined;
  }, 'an etcd member leads');
  return must(leader, 'found above');
}

interface Status {
  readonly header: { readonly member_id: string };
  /** Absent: nobody leads. */
  readonly leader?: string;
}

/** Null: it does not serve, or knows no leader. */
async function statusOf(endpoint: string): Promise<Status | null> {
  try {
    const request = { method: 'POST', body: '{}', signal: AbortSignal.timeout(1_000) };
    const response = await fetch(`${endpoint}/v3/maintenance/status`, request);
    const status = (await response.json()) as Status;
    return response.ok && status.leader !== undefined ? status : null;
  } catch {
    return null;
  }
}
