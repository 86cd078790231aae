/**
 * Looks at a cluster as an open live page does, in a thread of its own, as a browser would be: reads the stream of
 * pictures, and asks for a page of brokers, topics and partitions every second. Draws nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../src/assert.js';

export type ToViewer = 'open' | 'close';
/** Bytes of the stream since it was opened; told first with the first of them, and at the end. */
export interface FromViewer {
  readonly bytes: number;
}

const tables = ['brokers', 'topics', 'partitions'];
const AGAIN_MS = 1_000;

const parent = must(parentPort, 'a viewer is a thread');
const url = workerData as string;
let open: AbortController | null = null;

async function readStream(signal: AbortSignal): Promise<number> {
  const answer = await fetch(`${url}/v1/events?include=picture,cluster`, { signal });
  const chunks = must(answer.body, 'a stream') as unknown as AsyncIterable<Uint8Array>;
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      if (bytes === 0) parent.postMessage({ bytes: chunk.length } satisfies FromViewer);
      bytes += chunk.length;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return bytes;
}

async function readTables(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const asked = tables.map(async (table) => (await fetch(`${url}/v1/browse/${table}?limit=15`, { signal })).text());
    await Promise.all(asked).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function look(signal: AbortSignal): Promise<void> {
  const [bytes] = await Promise.all([readStream(signal), readTables(signal)]);
  parent.postMessage({ bytes } satisfies FromViewer);
}

parent.on('message', (message: ToViewer) => {
  open?.abort();
  open = message === 'open' ? new AbortController() : null;
  if (open !== null) void look(open.signal);
});
