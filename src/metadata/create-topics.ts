/**
 * Several topics in one operation, each with its own result or error, as Kafka's CreateTopics has them: a topic that is
 * refused does not keep the others from being created. In request order, so that a later one meets the earlier ones.
 */
import type { ErrorValue } from '../errors.js';
import type { OperationAnswer } from './answer.js';
import { malformed } from './answer.js';
import type { ImageDraft } from './image.js';
import { InputReader } from './input-reader.js';
import { MAX_REPLICAS_PER_OPERATION, MAX_TOPICS_PER_OPERATION } from './limits.js';
import type { OperationContext } from './operation-handler.js';
import { createTopic } from './topic-operations.js';
import { readTopicShape } from './topic-shape.js';

type Result = { readonly name: string } & ({ readonly topic: unknown } | { readonly error: ErrorValue });

export function createTopics(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const given = input.list('topics', MAX_TOPICS_PER_OPERATION);
  const names = input
    .readers('topics', MAX_TOPICS_PER_OPERATION)
    .map((topic) => topic.text('name', 'a text', () => true));
  if (input.problem !== undefined) return malformed(input.problem);
  const replicas = given.reduce((sum: number, topic) => sum + replicasOf(topic), 0);
  if (replicas > MAX_REPLICAS_PER_OPERATION) {
    return malformed(`${replicas} replicas are more than the ${MAX_REPLICAS_PER_OPERATION} of one operation`);
  }
  const repeated = repeatedIn(names);
  const results = given.map((topic, position): Result => {
    const name = names[position] ?? '';
    if (repeated.has(name)) return { name, ...malformed(`topic ${name} is asked for more than once`) };
    // A reader of its own, so that what is out of shape in one topic is that topic's error.
    const answer = createTopic(draft, new InputReader(topic), context);
    return 'error' in answer ? { name, error: answer.error } : { name, topic: answer.value };
  });
  return { value: results };
}

/** None of a topic out of shape, which is refused. */
function replicasOf(topic: unknown): number {
  const input = new InputReader(topic);
  const { partitions, replicationFactor } = readTopicShape(input);
  return input.problem === undefined ? partitions * replicationFactor : 0;
}

function repeatedIn(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const name of names) (seen.has(name) ? repeated : seen).add(name);
  return repeated;
}
