/**
 * The digest of an image: a hash over its buckets' digests, each computed once for the life of that immutable bucket.
 */
import { canonicalJson } from '../state-machine/canonical-json.js';
import { digestOf } from '../state-machine/digest.js';
import { compareCodeUnits } from './code-units.js';
import type { GroupRecord } from './groups/group-record.js';
import type { CommittedOffset } from './groups/offsets.js';
import type { Image, TopicRecord } from './image.js';
import { listPartitionsOf } from './image.js';
import type { BrokerInfo } from './model.js';

/** Most are empty in a small cluster. */
const EMPTY_BUCKET = digestOf([]);

const known = new WeakMap<object, string>();

export function digestImage(image: Image): string {
  let digests = canonicalJson({ version: image.version, lastModified: image.lastModified });
  for (const bucket of image.brokers) digests += digestBucket(bucket, brokerParts);
  for (const bucket of image.topics) digests += digestBucket(bucket, topicParts);
  for (const bucket of image.groups) digests += digestBucket(bucket, groupParts);
  return digestOf([digests]);
}

function digestBucket<Key, Kept>(
  bucket: ReadonlyMap<Key, Kept>,
  partsOf: (bucket: ReadonlyMap<Key, Kept>) => Iterable<string>,
): string {
  if (bucket.size === 0) return EMPTY_BUCKET;
  let digest = known.get(bucket);
  if (digest === undefined) {
    digest = digestOf(partsOf(bucket));
    known.set(bucket, digest);
  }
  return digest;
}

function* brokerParts(bucket: ReadonlyMap<number, Readonly<BrokerInfo>>): Generator<string> {
  const brokers = [...bucket.values()].sort((a, b) => a.id - b.id);
  for (const broker of brokers) yield canonicalJson(broker);
}

function* topicParts(bucket: ReadonlyMap<string, TopicRecord>): Generator<string> {
  const records = [...bucket.values()].sort((a, b) => compareCodeUnits(a.info.name, b.info.name));
  for (const record of records) {
    yield canonicalJson(record.info);
    for (const partition of listPartitionsOf(record)) yield canonicalJson(partition);
  }
}

function* groupParts(bucket: ReadonlyMap<string, GroupRecord>): Generator<string> {
  const records = [...bucket.values()].sort((a, b) => compareCodeUnits(a.group.groupId, b.group.groupId));
  for (const { group, offsets } of records) {
    yield canonicalJson(group);
    yield offsets.map((shard) => digestBucket(shard, offsetParts)).join('');
  }
}

function* offsetParts(shard: ReadonlyMap<string, CommittedOffset>): Generator<string> {
  const entries = [...shard].sort(([a], [b]) => compareCodeUnits(a, b));
  for (const [, committed] of entries) yield canonicalJson(committed);
}
