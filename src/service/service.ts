/**
 * The HTTP service of a running cluster, or of a store in etcd: starts, closes, and puts guards before routes. What a
 * route answers is in the files of routes, one a noun.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener, RequestError } from '@hono/node-server';
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { Cluster, ConnectedStore } from '../index.js';
import { addBrokerRoutes } from './broker-routes.js';
import { addBrowseRoutes } from './browse-routes.js';
import { errorBody, errorResponse, invalid, Refusal } from './error-response.js';
import { addEventRoutes } from './event-routes.js';
import { EventStreams } from './event-streams.js';
import { addGroupRoutes } from './group-routes.js';
import { addGuards, bracketed } from './guards.js';
import { addHealthRoutes } from './health-routes.js';
import { serviceLimits, type ServiceLimits } from './limits.js';
import { addMemberRoutes } from './member-routes.js';
import { addMetricsRoutes } from './metrics-routes.js';
import { addPageRoutes } from './page-routes.js';
import { addPartitionRoutes } from './partition-routes.js';
import { PictureMaker } from './picture-maker.js';
import type { Parts, ServiceOptions } from './parts.js';
import { servedOf } from './served.js';
import { addStatusRoutes } from './status-routes.js';
import { addTopicRoutes } from './topic-routes.js';
import type { App } from './web.js';

export interface Service {
  readonly url: string;
  /** Ends every stream of events; afterwards nothing of it is left. What it serves goes on. */
  close(): Promise<void>;
}

/** In the order in which the README tells of them. */
const routes = [
  addHealthRoutes,
  addMetricsRoutes,
  addStatusRoutes,
  addTopicRoutes,
  addPartitionRoutes,
  addBrokerRoutes,
  addBrowseRoutes,
  addGroupRoutes,
  addMemberRoutes,
  addEventRoutes,
  addPageRoutes,
];

/** Rejects with the error of the system where it cannot listen there. */
export async function startService(
  given: Cluster | ConnectedStore,
  options: ServiceOptions,
  limits: ServiceLimits = serviceLimits,
): Promise<Service> {
  const served = servedOf(given);
  const { store } = served;
  const startedAtMs = performance.now();
  const pictures = new PictureMaker({ served, options, limits, startedAtMs });
  const streams = new EventStreams({ served, limits, pictures });
  const app = createApp({ served, store, options, limits, streams, startedAtMs });
  const server = createHttpServer(app, options.version, limits);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${bracketed(options.host)}:${port}`,
    close() {
      closed ??= closeAll(server, streams, limits).then(() => served.close());
      return closed;
    },
  };
}

function createApp(parts: Parts): App {
  const app: App = new Hono();
  app.onError((error, context) => errorResponse(context, error));
  app.notFound((context) => errorResponse(context, new Refusal('NotFound', 'there is nothing at this path')));
  addGuards(app, parts);
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (context, methods) => {
        const Allow = methods.join(', ');
        return errorResponse(
          context,
          new Refusal('MethodNotAllowed', `here are only ${Allow}`, { headers: { Allow } }),
        );
      },
    }),
  );
  for (const addRoutes of routes) addRoutes(app, parts);
  return app;
}

function createHttpServer(app: App, version: string, limits: ServiceLimits): Server {
  const answer = getRequestListener((request, bindings) => app.fetch(request, bindings), {
    // The types of the whole process are not the service's to replace.
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      const isMalformed = error instanceof RequestError;
      const told = isMalformed ? invalid('the request is malformed') : error;
      return Response.json(errorBody(told), { status: isMalformed ? 400 : 500 });
    },
  });
  const timeouts = { headersTimeout: limits.headersMs, requestTimeout: limits.requestMs };
  const server = createServer(timeouts, (incoming, outgoing) => {
    outgoing.setHeader('Conclave-Version', version);
    outgoing.setHeader('Cache-Control', 'no-store');
    outgoing.setHeader('X-Content-Type-Options', 'nosniff');
    void answer(incoming, outgoing);
  });
  server.maxConnections = limits.connections;
  return server;
}

async function closeAll(server: Server, streams: EventStreams, { closeMs }: ServiceLimits): Promise<void> {
  const gone = once(server, 'close');
  server.close();
  await streams.close();
  const inTime = new AbortController();
  await Promise.race([gone, delay(closeMs, undefined, { signal: inTime.signal }).catch(() => undefined)]);
  inTime.abort();
  server.closeAllConnections();
  await gone;
}
