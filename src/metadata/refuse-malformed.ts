/**
 * Whether an operation is out of shape, so that it would be refused in every state: who proposes it can then spare the
 * log. By the very code that applies it, on an image in which nothing is found and nothing stays.
 */
import type { ErrorValue } from '../errors.js';
import { applyOperation } from './apply.js';
import type { BrokerRecord, ImageDraft, TopicRecord } from './image.js';
import { BROKER_BUCKETS, TOPIC_BUCKETS } from './image.js';

class ForgetfulMap<Key, Value> extends Map<Key, Value> {
  override set(): this {
    return this;
  }
}

const nothing: ImageDraft = {
  brokers: new Array<Map<number, BrokerRecord>>(BROKER_BUCKETS).fill(new ForgetfulMap()),
  topics: new Array<Map<string, TopicRecord>>(TOPIC_BUCKETS).fill(new ForgetfulMap()),
  version: 0,
  lastModified: 0,
};

/** `operation` is plain JSON data. Null: some state may accept it. */
export function refuseMalformed(operation: unknown): ErrorValue | null {
  const answer = applyOperation(nothing, operation);
  if (!('error' in answer)) return null;
  const { code } = answer.error;
  return code === 'InvalidArgument' || code === 'UnknownOperation' ? answer.error : null;
}
