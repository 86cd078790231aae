/** Changes of settings, and a topic to make them of. */
import * as assert from 'uvu/assert';
import type { ConfigChange, TopicConfig, TopicInfo } from '../../src/metadata/model.js';
import type { MetadataTester } from './metadata-tester.js';
import { createTester, TIME } from './metadata-tester.js';

export const set = (key: string, value: string): ConfigChange => ({ key, op: 'set', value });
export const unset = (key: string): ConfigChange => ({ key, op: 'delete' });
export const append = (key: string, value: string): ConfigChange => ({ key, op: 'append', value });
export const subtract = (key: string, value: string): ConfigChange => ({ key, op: 'subtract', value });

/** With the topic t. */
export function testerWith(config: Partial<TopicConfig> = {}): MetadataTester {
  const tester = createTester(1);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 1, config });
  return tester;
}

export function alter(tester: MetadataTester, ...changes: ConfigChange[]): TopicConfig {
  return (tester.accept('alter_topic_configs', { name: 't', changes }, TIME + 1) as TopicInfo).config;
}

/** Of a change that is refused: the message, after which all is as it was. */
export function complaint(tester: MetadataTester, ...changes: unknown[]): string {
  const before = tester.machine.image();
  const data = { name: 't', changes };
  const answer = tester.applyAny({ type: 'alter_topic_configs', data, timestamp: TIME + 1 });
  assert.ok('error' in answer, JSON.stringify(changes));
  assert.is(answer.error.code, 'InvalidArgument');
  assert.is(tester.machine.image(), before, 'a rejected change leaves the image as it is');
  return answer.error.message;
}
