/** What `up` fills a store with: a topic file or the sample, and the brokers that are asked for beside it. */

import { fileURLToPath } from 'node:url';
import type { ClusterMetadata } from '../index.js';
import { usageError } from './errors.js';
import { readImportFile, type Filling } from './import-file.js';
import { isOwn, localBrokers } from './provision.js';
import type { UpWork } from './up-command.js';

const DEFAULT_BROKERS = 6;

/** Seen from dist/src/cli. The compiler copies no YAML, so the package carries the file where it was written. */
const SAMPLE_TOPICS = fileURLToPath(new URL('../../../src/cli/sample-topics.yaml', import.meta.url));

/** The brokers of the topic file, those that are asked for beside it, and its topics. */
export async function fillingOf({ topics, brokers, brokerOffset }: UpWork): Promise<Filling> {
  const path = topics ?? SAMPLE_TOPICS;
  const file = await readImportFile(path, brokerOffset);
  if (file.format === 'reassignment') throw usageError(`${path}: a reassignment makes no topics; see conclave import`);
  const { filling } = file;
  const named = new Set(filling.brokers.map(({ id }) => id));
  const local = localBrokers(brokers ?? (named.size === 0 ? DEFAULT_BROKERS : 0));
  return { ...filling, brokers: [...filling.brokers, ...local.filter(({ id }) => !named.has(id))] };
}

/** No topics but those of the sample: an earlier run may have ended in the middle of it. */
export function isSample({ topics }: ClusterMetadata, sample: Filling): boolean {
  return Object.keys(topics).every((topic) => sample.topics.some(({ name }) => name === topic));
}

/** No brokers but those that `up` registers. */
export function hasLocalBrokers({ brokers }: ClusterMetadata): boolean {
  return Object.values(brokers).every(isOwn);
}
