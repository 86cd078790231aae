/** The links between nodes: list, cut, disturb, heal; one, or all between groups. */
import type { Cluster, LinkHandle } from '../index.js';
import { readBody, readWhole } from './body.js';
import type { ServiceLimits } from './limits.js';
import type { App, Context } from './web.js';

type Deed = (link: LinkHandle, body: Readonly<Record<string, unknown>>) => Promise<void>;

const deeds: Readonly<Record<string, Deed>> = {
  cut: (link, { from }) => link.cut(direction(from)),
  faults: (link, { from, ...faults }) => link.setFaults(faults, direction(from)),
  heal: (link) => link.heal(),
};

export function addLinkRoutes(app: App, cluster: Cluster, limits: ServiceLimits): void {
  app.get('/v1/links', async (context) => context.json((await cluster.status()).links));
  for (const [name, deed] of Object.entries(deeds)) {
    app.post(`/v1/links/:a/:b/${name}`, async (context) => {
      const link = linkOf(cluster, context);
      await deed(link, await readBody(context, limits));
      return context.json(await link.status());
    });
  }
  app.post('/v1/partition', async (context) => {
    const { groups } = await readBody(context, limits);
    await cluster.partition(groups as readonly (readonly number[])[]);
    return context.json((await cluster.status()).links);
  });
  app.post('/v1/heal', async (context) => {
    await cluster.heal();
    return context.json((await cluster.status()).links);
  });
}

/** Throws `NodeNotFound`; `InvalidArgument` for a node and itself. */
function linkOf(cluster: Cluster, context: Context): LinkHandle {
  const [a, b] = ['a', 'b'].map((end) => readWhole(context.req.param(end), 'an end of a link'));
  return cluster.link(a as number, b as number);
}

function direction(from: unknown): { from?: number } {
  return from === undefined ? {} : { from: from as number };
}
