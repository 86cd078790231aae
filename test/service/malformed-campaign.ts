/** Sends a great many malformed requests to a service, some at once, and tells of each that was not answered by 4xx. */
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { createRandom, type Random } from '../../src/random.js';
import type { Cluster } from '../../src/index.js';
import type { Service } from '../../src/service/service.js';
import { withDeadline } from '../support/deadline.js';
import { withService } from '../support/service.js';
import { drawBytes, type MalformedBytes } from './malformed-bytes.js';
import { drawRequest, type MalformedRequest } from './malformed-requests.js';

const AT_ONCE = 16;
/** One in so many is no request at all, but bytes on a socket of its own. */
const BYTES_ONE_IN = 8;
const MAX_FAILURES = 20;
/** Nothing that is refused takes as long. */
const ANSWER_MS = 30_000;

export interface MalformedResult {
  readonly requests: number;
  /** How many were answered with which status, by status; 0: the connection was closed. */
  readonly statuses: Readonly<Record<number, number>>;
  readonly failures: readonly string[];
}

/** What the cluster holds and whether it is well is for the caller to compare. */
export async function sendMalformed(
  cluster: Cluster,
  { requests, seed }: { readonly requests: number; readonly seed: number },
  progress: (line: string) => void = () => undefined,
): Promise<MalformedResult> {
  const limits = { burstRequests: Infinity };
  const statuses: Record<number, number> = {};
  const failures: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  let sent = 0;
  const work = async (service: Service, random: Random): Promise<void> => {
    while (sent < requests && failures.length < MAX_FAILURES) {
      sent += 1;
      if (sent % 1_000 === 0) progress(`${sent} of ${requests}`);
      const tried = sent % BYTES_ONE_IN === 0 ? drawBytes(random) : drawRequest(random);
      const answer = 'bytes' in tried ? sendBytes(service, tried) : send(service, tried, agent);
      const status = await withDeadline(tried.kind, ANSWER_MS, answer).catch((error: unknown) => String(error));
      if (typeof status === 'number') statuses[status] = (statuses[status] ?? 0) + 1;
      const isRefused = typeof status === 'number' && ((status >= 400 && status < 500) || status === 0);
      if (!isRefused) failures.push(`${tried.kind}: ${status}: ${describe(tried)}`);
    }
  };
  await withService(cluster, { limits, deadlineMs: ANSWER_MS + requests * 20 }, async (service) => {
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, worker) => work(service, createRandom(seed * AT_ONCE + worker))),
    );
  });
  agent.destroy();
  return { requests: sent, statuses, failures };
}

/** The status; a connection that was closed instead is none. */
function send(service: Service, { method, path, headers, body }: MalformedRequest, agent: Agent): Promise<number> {
  const { hostname, port } = new URL(service.url);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const options = { host: hostname, port, method, path, headers: { ...headers, ...length }, agent };
    const outgoing = request(options, (incoming) => {
      incoming.resume().on('end', () => {
        resolve(incoming.statusCode ?? 0);
      });
      incoming.on('error', reject);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(0);
      else reject(error);
    });
    outgoing.end(body);
  });
}

/** The worst of all that came back. */
function sendBytes(service: Service, { bytes }: MalformedBytes): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    let got = '';
    socket.setEncoding('latin1').on('data', (text: string) => (got += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const answered = [...got.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
      resolve(answered.find((status) => status < 400 || status > 499) ?? answered[0] ?? 0);
    });
    socket.end(bytes);
  });
}

function describe(tried: MalformedRequest | MalformedBytes): string {
  if ('bytes' in tried) return JSON.stringify(tried.bytes.toString('latin1')).slice(0, 300);
  const { method, path, headers, body } = tried;
  return `${method} ${path} ${JSON.stringify(headers)} ${String(body)}`.slice(0, 300);
}
