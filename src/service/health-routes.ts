/** For whoever looks after the process: does it run, and can it be used. Plain text, and no token is asked for. */
import type { Parts } from './parts.js';
import type { App } from './web.js';

export function addHealthRoutes(app: App, { cluster }: Parts): void {
  app.get('/livez', (context) => context.text('ok'));
  app.get('/readyz', async (context) => {
    const { leader, problems } = await cluster.status();
    return leader === null ? context.text(problems.join('; '), 503) : context.text('ok');
  });
}
