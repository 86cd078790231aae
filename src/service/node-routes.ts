/** The nodes of the cluster: list, add, remove, and whatever can be done to one. */
import type { Cluster, NodeHandle } from '../index.js';
import { readBody, readFlag, readWhole } from './body.js';
import type { ServiceLimits } from './limits.js';
import type { App, Context } from './web.js';

type Deed = (node: NodeHandle, context: Context) => Promise<unknown>;

export function addNodeRoutes(app: App, cluster: Cluster, limits: ServiceLimits): void {
  const patience = { timeoutMs: limits.membershipMs };
  app.get('/v1/nodes', async (context) => context.json((await cluster.status()).nodes));
  app.post('/v1/nodes', async (context) => {
    const node = await cluster.addNode(patience);
    return context.json(await node.status(), 201);
  });
  app.delete('/v1/nodes/:id', async (context) => {
    await cluster.removeNode(readWhole(context.req.param('id'), 'the id of a node'), patience);
    return context.body(null, 204);
  });
  app.get('/v1/nodes/:id/dump', async (context) => {
    const state = readFlag(context, 'state') ?? true;
    return context.json(await nodeOf(cluster, context).dump({ state }));
  });
  app.post('/v1/nodes/:id/snapshot', async (context) => context.json(await nodeOf(cluster, context).takeSnapshot()));
  const deeds: Readonly<Record<string, Deed>> = {
    kill: (node) => node.kill(),
    stop: (node) => node.stop(),
    pause: (node) => node.pause(),
    resume: (node) => node.resume(),
    transfer: (node) => cluster.transferLeadership(node.id),
    restart: async (node, context) => {
      const { wipe } = await readBody(context, limits);
      await node.restart({ wipe: wipe === true });
    },
  };
  for (const [name, deed] of Object.entries(deeds)) {
    app.post(`/v1/nodes/:id/${name}`, async (context) => {
      const node = nodeOf(cluster, context);
      await deed(node, context);
      return context.json(await node.status());
    });
  }
}

/** Throws `NodeNotFound`. */
function nodeOf(cluster: Cluster, context: Context): NodeHandle {
  return cluster.node(readWhole(context.req.param('id'), 'the id of a node'));
}
