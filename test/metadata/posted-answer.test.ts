/** An answer is the same after its way to another thread, whatever it is of. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rejected } from '../../src/metadata/answer.js';
import type { OperationAnswer } from '../../src/metadata/answer.js';
import { postAnswer, receiveAnswer } from '../../src/metadata/posted-answer.js';
import { packAnswers } from '../../src/state-machine/answer-runs.js';
import { createTester } from './metadata-tester.js';

test('what was posted is received as it was', () => {
  const tester = createTester(3);
  const assignment = [
    [1, 2],
    [2, 3],
  ];
  const answers: OperationAnswer[] = [
    { value: tester.accept('create_topic', { name: 'orders', partitions: 2, replicationFactor: 2, assignment }) },
    { value: tester.accept('update_leader', { topic: 'orders', partition: 1, leader: 3, leaderEpoch: 7 }, 5_000) },
    { value: tester.accept('update_isr', { topic: 'orders', partition: 1, isr: [3] }, 6_000) },
    { value: tester.ask('list_partitions', { topic: 'orders' }) },
    { value: tester.accept('alter_reassignments', { changes: [{ topic: 'orders', partition: 0, replicas: [3] }] }) },
    { value: tester.ask('get_partition', { topic: 'orders', partition: 0 }) },
    { value: tester.accept('delete_topic', { name: 'orders' }) },
    rejected('TopicNotFound', 'topic orders does not exist'),
    { value: [] },
    { value: undefined },
  ];
  for (const answer of answers) assert.equal(receiveAnswer(structuredClone(postAnswer(answer))), answer);
  assert.is(answers.filter((answer) => Array.isArray(postAnswer(answer))).length, 2, 'settled partitions go as lists');
});

test('the answer to what opens a session has no result, and comes without one', () => {
  const opened = { session: 'a', sequence: 0, index: 4 };
  const refused = { session: 'a', sequence: 1, index: 5, refusal: 'forgotten' } as const;
  const runs = packAnswers([opened, refused], (result) => postAnswer(result as OperationAnswer));
  assert.equal(
    runs.map(({ results }) => results),
    [[undefined], [undefined]],
  );
});

test.run();
