/** Kafka's rules of topic names, wherever an operation or a query names one. */
import type { ErrorValue } from '../errors.js';
import { rejected } from './answer.js';
import type { InputReader } from './input-reader.js';
import { MAX_NAME_LENGTH } from './limits.js';

const TOPIC_NAME = new RegExp(`^[a-zA-Z0-9._-]{1,${MAX_NAME_LENGTH}}$`);
const WANTED = `1 to ${MAX_NAME_LENGTH} of a-z, A-Z, 0-9, '.', '_' and '-', and not '.' or '..'`;

export function readTopicName(input: InputReader, member: string): string {
  return input.text(member, WANTED, (text) => TOPIC_NAME.test(text) && text !== '.' && text !== '..');
}

export function topicNotFound(name: string): { readonly error: ErrorValue } {
  return rejected('TopicNotFound', `topic ${name} does not exist`);
}
