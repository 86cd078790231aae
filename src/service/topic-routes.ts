/** Topics: list, look at, create, delete, their settings and the number of their partitions. */
import { ClusterError, type ConfigChange, type NewTopic } from '../index.js';
import { readBody } from './body.js';
import type { Parts } from './parts.js';
import type { App } from './web.js';

export function addTopicRoutes(app: App, { store, limits }: Parts): void {
  app.get('/v1/topics', async (context) => context.json(await store.listTopics()));
  app.post('/v1/topics', async (context) => {
    const { name, ...spec } = await readBody(context, limits);
    return context.json(await store.createTopic(name as string, spec as unknown as NewTopic), 201);
  });
  app.get('/v1/topics/:name', async (context) => {
    const name = context.req.param('name');
    const [topic, partitions] = await Promise.all([store.getTopic(name), store.listPartitions(name)]);
    if (topic === undefined) throw topicNotFound(name);
    return context.json({ topic, partitions });
  });
  app.delete('/v1/topics/:name', async (context) => {
    await store.deleteTopic(context.req.param('name'));
    return context.body(null, 204);
  });
  app.patch('/v1/topics/:name/configs', async (context) => {
    const { changes, validateOnly } = await readBody(context, limits);
    const options = validateOnly === undefined ? {} : { validateOnly: validateOnly as boolean };
    return context.json(
      await store.alterTopicConfigs(context.req.param('name'), changes as readonly ConfigChange[], options),
    );
  });
  app.post('/v1/topics/:name/partitions', async (context) => {
    const { total } = await readBody(context, limits);
    return context.json(await store.addPartitions(context.req.param('name'), total as number));
  });
}

export function topicNotFound(name: string): ClusterError {
  return new ClusterError('TopicNotFound', `there is no topic ${JSON.stringify(name)}`);
}
