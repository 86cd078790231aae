/** A page of brokers, topics or partitions, of what the answering node has applied: it answers without a leader. */
import { readFlag, readWhole } from './body.js';
import type { Parts } from './parts.js';
import type { App, Context } from './web.js';

export function addBrowseRoutes(app: App, { store }: Parts): void {
  app.get('/v1/browse/:of', async (context) => {
    const query = { type: 'browse', of: context.req.param('of'), ...readWanted(context) };
    const { index, value } = await store.query(query, { consistency: 'local', timeoutMs: 5_000 });
    return context.json({ index, ...(value as object) });
  });
}

function readWanted(context: Context): object {
  const wanted: Record<string, unknown> = {};
  for (const name of ['find', 'topic']) {
    const text = context.req.query(name);
    if (text !== undefined) wanted[name] = text;
  }
  for (const name of ['offset', 'limit']) {
    const text = context.req.query(name);
    if (text !== undefined) wanted[name] = readWhole(text, name);
  }
  const onlyProblems = readFlag(context, 'onlyProblems');
  return onlyProblems === undefined ? wanted : { ...wanted, onlyProblems };
}
