/** What tests of the service share: requests with any header, a service that is always closed. */
import type { Agent } from 'node:http';
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Cluster, ConnectedStore } from '../../src/index.js';
import { serviceLimits, type ServiceLimits } from '../../src/service/limits.js';
import type { ServiceOptions } from '../../src/service/parts.js';
import { startService, type Service } from '../../src/service/service.js';
import { withDeadline } from './deadline.js';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Undefined: it is no JSON. */
  body: unknown;
}

export interface Asked {
  /** Sent as it is where it is text, as JSON otherwise. */
  body?: unknown;
  headers?: OutgoingHttpHeaders;
  agent?: Agent;
}

const defaults: ServiceOptions = { host: '127.0.0.1', port: 0, token: null, readOnly: false, version: '1.2.3' };

interface Given extends Partial<ServiceOptions> {
  limits?: Partial<ServiceLimits>;
  deadlineMs?: number;
}

export async function withService<T>(
  served: Cluster | ConnectedStore,
  { limits, deadlineMs = 60_000, ...options }: Given,
  body: (service: Service) => Promise<T>,
): Promise<T> {
  const service = await startService(served, { ...defaults, ...options }, { ...serviceLimits, ...limits });
  try {
    return await withDeadline('use of the service', deadlineMs, body(service));
  } finally {
    await withDeadline('close of the service', 10_000, service.close());
  }
}

/** `call`: "GET /v1/status". */
export function ask(service: Pick<Service, 'url'>, call: string, asked: Asked = {}): Promise<Answer> {
  const [method = '', path = ''] = call.split(' ');
  const { hostname, port } = new URL(service.url);
  const { body, headers = {}, agent = false } = asked;
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const type =
    sent === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(sent) };
  const answer = new Promise<Answer>((resolve, reject) => {
    const options = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port,
      method,
      path,
      headers: { ...type, ...headers },
      agent,
    };
    const outgoing = request(options, (incoming) => {
      text(incoming).then((got) => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: got, body: parsed(got) });
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(sent);
  });
  return withDeadline(call, 30_000, answer);
}

function parsed(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}

/** Of an error's answer. */
export function codeIn({ body }: Answer): unknown {
  return (body as { error?: { code?: unknown } } | undefined)?.error?.code;
}
