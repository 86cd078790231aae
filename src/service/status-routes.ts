/** The cluster as a whole: how it is, and all that it knows. */
import type { Parts } from './parts.js';
import type { App } from './web.js';

export function addStatusRoutes(app: App, { cluster, store, options, startedAtMs }: Parts): void {
  app.get('/v1/status', async (context) => {
    const { version, readOnly } = options;
    const upMs = Math.round(performance.now() - startedAtMs);
    return context.json({ version, upMs, readOnly, status: await cluster.status() });
  });
  app.get('/v1/health', async (context) => {
    const { healthy, leader, reasons, metadata } = await cluster.status();
    return context.json({ healthy, leader, reasons, metadata });
  });
  app.get('/v1/metadata', async (context) => context.json(await store.metadata()));
  app.get('/v1/balance', async (context) => {
    const { value } = await store.query({ type: 'balance' });
    return context.json(value as object);
  });
}
