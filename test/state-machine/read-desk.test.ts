/** When a store answers its reads: once their index is applied, and once there is an answer. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StoreToHost } from '../../src/messages.js';
import { ReadDesk } from '../../src/state-machine/read-desk.js';
import type { HostedStateMachine } from '../../src/state-machine/state-machine.js';
import { NotYet } from '../../src/state-machine/state-machine.js';

const test = suite('read desk');

/** Answers a key with its value; one without a value has no answer yet. */
function createScene() {
  const values = new Map<string, string>();
  let changed = new Set<string>();
  let index = 0;
  const asked: unknown[] = [];
  const posted: StoreToHost[] = [];
  const machine: Pick<HostedStateMachine, 'query' | 'changedKeys' | 'toPosted'> = {
    changedKeys: () => changed,
    toPosted: (value) => `posted ${String(value)}`,
    query(key) {
      asked.push(key);
      if (key === 'bad') throw new Error('no such thing');
      return values.get(String(key)) ?? new NotYet(String(key));
    },
  };
  /** Null: it takes no requests. */
  let control: ((request: unknown) => unknown) | null = null;
  const desk = new ReadDesk({
    machine,
    answerControl: (request) => control?.(request),
    appliedIndex: () => index,
    post: (message) => posted.push(message),
  });
  return {
    desk,
    taken: <Kept>(list: Kept[]) => list.splice(0),
    asked,
    posted,
    set: (key: string, value: string) => values.set(key, value),
    takeControl: (answer: (request: unknown) => unknown): void => {
      control = answer;
    },
    /** A batch that changes these keys is applied. */
    apply: (...keys: string[]): void => {
      index += 1;
      changed = new Set(keys);
      desk.applied();
    },
  };
}

const answered = (batch: number, index: number, values: unknown[], parked: number[] = []) => {
  return { kind: 'readAnswers', batch, index, values, errors: [], parked };
};

test('a batch waits until its index is applied', () => {
  const { desk, posted, set, apply } = createScene();
  set('a', '1');
  desk.wait(2, { id: 7, requests: ['a'] });
  apply();
  assert.equal(posted, []);
  apply();
  assert.equal(posted, [answered(7, 2, ['posted 1'])]);
  desk.wait(1, { id: 8, requests: ['a'] });
  assert.equal(posted.slice(1), [answered(8, 2, ['posted 1'])]);
});

test('what has no answer yet is asked again when what it waits for has changed, and only then', () => {
  const { desk, asked, posted, set, apply, taken } = createScene();
  set('b', '2');
  desk.answerLocal({ id: 7, requests: ['a', 'b', 'c'] });
  assert.equal(taken(posted), [answered(7, 0, [undefined, 'posted 2', undefined], [0, 2])]);
  taken(asked);
  apply();
  apply('b');
  assert.equal(taken(asked), []);
  apply('a');
  assert.equal(taken(asked), ['a']);
  assert.equal(taken(posted), [], 'it has none yet');
  set('a', '1');
  set('c', '3');
  apply('a', 'c');
  const answers = [
    { batch: 7, place: 0, value: 'posted 1' },
    { batch: 7, place: 2, value: 'posted 3' },
  ];
  assert.equal(taken(posted), [{ kind: 'parkedAnswers', index: 4, answers }]);
  apply('a', 'c');
  assert.equal(taken(posted), [], 'an answer is given once');
});

test('nothing is heard any more of what nobody waits for', () => {
  const { desk, asked, posted, set, apply, taken } = createScene();
  desk.answerLocal({ id: 7, requests: ['a', 'a'] });
  desk.forget([
    { batch: 7, place: 0 },
    { batch: 9, place: 0 },
  ]);
  set('a', '1');
  taken(posted);
  taken(asked);
  apply('a');
  assert.equal(asked, ['a']);
  assert.equal(posted, [{ kind: 'parkedAnswers', index: 1, answers: [{ batch: 7, place: 1, value: 'posted 1' }] }]);
});

test('another state altogether may answer all of them', () => {
  const { desk, posted, set, taken } = createScene();
  desk.answerLocal({ id: 7, requests: ['a', 'b'] });
  set('b', '2');
  taken(posted);
  desk.askAgain();
  assert.equal(posted, [{ kind: 'parkedAnswers', index: 0, answers: [{ batch: 7, place: 1, value: 'posted 2' }] }]);
});

test('a query that throws fails alone', () => {
  const { desk, posted, set } = createScene();
  set('a', '1');
  desk.answerLocal({ id: 7, requests: ['bad', 'a'] });
  const error = { code: 'InvalidArgument', message: 'the query failed: Error: no such thing' };
  assert.equal(posted, [{ ...answered(7, 0, [undefined, 'posted 1']), errors: [{ place: 0, error }] }]);
});

test('when the store stops nobody is answered any more', () => {
  const { desk, posted, set, apply, taken } = createScene();
  desk.wait(1, { id: 6, requests: ['a'] });
  desk.answerLocal({ id: 7, requests: ['a'] });
  taken(posted);
  desk.stop();
  set('a', '1');
  apply('a');
  assert.equal(posted, []);
});

test('what the controller takes, the machine is not asked; a read that nobody has confirmed is none of its', () => {
  const { desk, posted, asked, set, apply, takeControl } = createScene();
  set('a', '1');
  set('control', 'a record of that name');
  let answer: unknown = new NotYet('control');
  takeControl((request) => (request === 'control' ? answer : undefined));
  desk.wait(0, { id: 1, requests: ['control', 'a'] });
  desk.answerLocal({ id: 2, requests: ['control'] });
  assert.equal(posted, [
    answered(1, 0, [undefined, 'posted 1'], [0]),
    answered(2, 0, ['posted a record of that name']),
  ]);
  assert.equal(asked, ['a', 'control']);
  answer = 'done';
  apply('other');
  assert.is(posted.length, 2);
  apply('control');
  assert.equal(posted.slice(2), [
    { kind: 'parkedAnswers', index: 2, answers: [{ batch: 1, place: 0, value: 'posted done' }] },
  ]);
});

test.run();
