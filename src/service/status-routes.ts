/** The cluster as a whole: how it is, and all that it knows. */
import type { Parts } from './parts.js';
import { isEtcd, type ServedStatus } from './served.js';
import type { App } from './web.js';

export function addStatusRoutes(app: App, { served, store, options, startedAtMs }: Parts): void {
  app.get('/v1/status', async (context) => {
    const { version, readOnly } = options;
    const upMs = Math.round(performance.now() - startedAtMs);
    return context.json({ version, upMs, readOnly, status: await served.status() });
  });
  app.get('/v1/health', async (context) => context.json(healthOf(await served.status())));
  app.get('/v1/metadata', async (context) => context.json(await store.metadata()));
  app.get('/v1/balance', async (context) => {
    const { value } = await store.query({ type: 'balance' });
    return context.json(value as object);
  });
}

/** With who leads: a node, or a process. */
function healthOf(status: ServedStatus): object {
  const { healthy, reasons, metadata } = status;
  if (!isEtcd(status)) return { healthy, leader: status.leader, reasons, metadata };
  const { engine, controller, writer } = status;
  return { healthy, engine, controller, writer, reasons, metadata };
}
