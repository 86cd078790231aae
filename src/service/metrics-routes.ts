/** What a Prometheus server scrapes. */
import { prometheusText } from '../index.js';
import type { Parts } from './parts.js';
import type { App } from './web.js';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function addMetricsRoutes(app: App, { served }: Parts): void {
  app.get('/metrics', async (context) =>
    context.body(prometheusText(await served.metrics()), 200, { 'Content-Type': CONTENT_TYPE }),
  );
}
