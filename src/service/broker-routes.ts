/** Brokers: list, look at, register, change, drain, unregister. */
import { ClusterError, type BrokerChange, type NewBroker } from '../index.js';
import { readBody, readWhole } from './body.js';
import type { Parts } from './parts.js';
import type { App } from './web.js';

const WHAT = 'the id of a broker';

export function addBrokerRoutes(app: App, { store, limits }: Parts): void {
  app.get('/v1/brokers', async (context) => context.json(await store.listBrokers()));
  app.post('/v1/brokers', async (context) => {
    const broker = await readBody(context, limits);
    return context.json(await store.registerBroker(broker as unknown as NewBroker), 201);
  });
  app.get('/v1/brokers/:id', async (context) => {
    const id = readWhole(context.req.param('id'), WHAT);
    const broker = await store.getBroker(id);
    if (broker === undefined) throw new ClusterError('BrokerNotFound', `there is no broker ${id}`);
    return context.json(broker);
  });
  app.patch('/v1/brokers/:id', async (context) => {
    const id = readWhole(context.req.param('id'), WHAT);
    return context.json(await store.updateBroker(id, (await readBody(context, limits)) as BrokerChange));
  });
  app.delete('/v1/brokers/:id', async (context) => {
    await store.unregisterBroker(readWhole(context.req.param('id'), WHAT));
    return context.body(null, 204);
  });
  app.post('/v1/brokers/:id/drain', async (context) => {
    const id = readWhole(context.req.param('id'), WHAT);
    return context.json(await store.updateBroker(id, { status: 'draining' }));
  });
}
