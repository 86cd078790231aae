/** For whoever looks after the process: does it run, and can it be used. Plain text, and no token is asked for. */
import type { Parts } from './parts.js';
import { isEtcd, type Served } from './served.js';
import type { App } from './web.js';

export function addHealthRoutes(app: App, { served }: Parts): void {
  app.get('/livez', (context) => context.text('ok'));
  app.get('/readyz', async (context) => {
    const reason = await whyNotReady(served);
    return reason === null ? context.text('ok') : context.text(reason, 503);
  });
}

/** Null: it takes writes and confirms reads. */
async function whyNotReady(served: Served): Promise<string | null> {
  const status = await served.status();
  const isReady = isEtcd(status) ? status.joined && status.problem === null : status.leader !== null;
  return isReady ? null : status.problems.join('; ');
}
