/**
 * The topics of a real company, in a file that is no part of the project: tests that need it are skipped, in one line,
 * where it is missing, and count as skipped, so that a file of nothing else passes too.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Test } from 'uvu';
import { repositoryRoot } from './repository.js';

const REAL_TOPICS = '../shared/data/platform-mq-kafka-topics.yaml';

/** `declare` makes the tests that need the file. */
export function testRealTopics(test: Test, what: string, declare: (path: string) => void): void {
  const path = fileURLToPath(new URL(REAL_TOPICS, repositoryRoot));
  if (existsSync(path)) {
    declare(path);
    return;
  }
  console.log(`skipped: ${what}: no ${REAL_TOPICS}`);
  test.skip(what);
}
