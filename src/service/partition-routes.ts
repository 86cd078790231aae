/** Partitions of one topic or of all: list, add where they are to be, move, and have their leaders elected. */
import type { MetadataStore, NewPartition, PartitionInfo } from '../index.js';
import { readBody } from './body.js';
import type { Parts } from './parts.js';
import { topicNotFound } from './topic-routes.js';
import type { App } from './web.js';

type Reassignments = Parameters<MetadataStore['alterReassignments']>[0];
type Election = Parameters<MetadataStore['electLeaders']>;

export function addPartitionRoutes(app: App, { store, limits }: Parts): void {
  app.get('/v1/partitions', async (context) => {
    const topic = context.req.query('topic');
    return context.json(await (topic === undefined ? listAll(store) : listOf(store, topic)));
  });
  app.post('/v1/partitions', async (context) => {
    const { partitions } = await readBody(context, limits);
    return context.json(await store.createPartitions(partitions as readonly NewPartition[]), 201);
  });
  app.get('/v1/reassignments', async (context) => context.json(await store.listReassignments()));
  app.post('/v1/reassignments', async (context) => {
    const { changes } = await readBody(context, limits);
    return context.json(await store.alterReassignments(changes as Reassignments));
  });
  app.post('/v1/elections', async (context) => {
    const { kind, partitions } = await readBody(context, limits);
    return context.json(await store.electLeaders(kind as Election[0], partitions as Election[1]));
  });
}

async function listOf(store: MetadataStore, topic: string): Promise<PartitionInfo[]> {
  const [info, partitions] = await Promise.all([store.getTopic(topic), store.listPartitions(topic)]);
  if (info === undefined) throw topicNotFound(topic);
  return partitions;
}

/** In the order of the topics, and there by number. */
async function listAll(store: MetadataStore): Promise<PartitionInfo[]> {
  const { topics, partitions } = await store.metadata();
  const places = new Map(Object.keys(topics).map((name, place) => [name, place]));
  const placeOf = (topic: string): number => places.get(topic) ?? 0;
  return Object.values(partitions).sort(
    (one, other) => placeOf(one.topic) - placeOf(other.topic) || one.partition - other.partition,
  );
}
