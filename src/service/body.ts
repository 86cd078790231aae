/** What a request says: its body as a JSON object within bounds, and the numbers and words of its path and query. */
import type { IncomingMessage } from 'node:http';
import { invalid, Refusal } from './error-response.js';
import type { ServiceLimits } from './limits.js';
import type { Context } from './web.js';

/** By its headers; of unknown length if it comes in chunks. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

export function tooLarge({ bodyBytes }: ServiceLimits): Refusal {
  return new Refusal('TooLarge', `a body has at most ${bodyBytes} bytes`);
}

/** No body is an empty object. Unknown members are the cluster's to ignore, as all their types are its to check. */
export async function readBody(context: Context, limits: ServiceLimits): Promise<Readonly<Record<string, unknown>>> {
  const { incoming } = context.env;
  if (!hasBody(incoming)) return {};
  const body = parse(await readBytes(incoming, limits));
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw invalid('the body must be a JSON object');
}

async function readBytes(incoming: IncomingMessage, limits: ServiceLimits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The socket stays: the refusal is to be told on it.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.bodyBytes) throw tooLarge(limits);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid('the body is not JSON in UTF-8');
  }
}

/** `what`: for the message. */
export function readWhole(text: string | undefined, what: string): number {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  throw invalid(`${what} must be a whole number`);
}

/** Of the query; absent: `undefined`. */
export function readFlag(context: Context, name: string): boolean | undefined {
  const text = context.req.query(name);
  if (text === undefined || text === 'true' || text === 'false')
    return text === undefined ? undefined : text === 'true';
  throw invalid(`${name} must be true or false`);
}
