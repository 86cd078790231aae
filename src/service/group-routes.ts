/** Consumer groups: list, look at, delete. */
import { ClusterError } from '../index.js';
import type { Parts } from './parts.js';
import type { App } from './web.js';

export function addGroupRoutes(app: App, { store: { groups } }: Parts): void {
  app.get('/v1/groups', async (context) => context.json(await groups.list()));
  app.get('/v1/groups/:id', async (context) => {
    const id = context.req.param('id');
    const [group, offsets] = await Promise.all([groups.describe(id), groups.fetchOffsets(id)]);
    if (group === undefined) throw new ClusterError('GroupNotFound', `there is no group ${JSON.stringify(id)}`);
    return context.json({ group, offsets });
  });
  app.delete('/v1/groups/:id', async (context) => {
    await groups.delete(context.req.param('id'));
    return context.body(null, 204);
  });
}
