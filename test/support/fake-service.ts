/** An HTTP server on a port of its own that gives canned answers, and remembers what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is not canned: by method and path with its query, without /v1. True: it has answered. */
export type Answering = (call: string, response: ServerResponse, request: IncomingMessage) => boolean;

export interface FakeService extends AsyncDisposable {
  url: string;
  /** Method and path, in the order in which they came. */
  asked: string[];
}

export async function fakeService(
  answers: Readonly<Record<string, unknown>>,
  answering: Answering = () => false,
): Promise<FakeService> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const call = `${request.method ?? ''} ${(request.url ?? '').replace(/^\/v1/, '')}`;
    asked.push(call);
    if (answering(call, response, request)) return;
    if (!(call in answers)) {
      tellError(response, 404, { code: 'NotFound', message: 'there is nothing at this path' });
      return;
    }
    const body = answers[call];
    response.writeHead(body === undefined ? 204 : 200, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function tellError(response: ServerResponse, status: number, error: { code: string; message: string }): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { retryable: false, details: {}, ...error } }));
}
