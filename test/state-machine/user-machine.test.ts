/** A user's own state machine in the place of the metadata one. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StateMachine } from '../../src/state-machine/state-machine.js';
import { hostUserMachine } from '../../src/state-machine/user-machine.js';
import { createListMachine } from './replicated-tester.js';

const test = suite('state machine: a user’s own');

const CONTEXT = { index: 1, term: 1 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('an answer that the machine changes later stays as it was given', () => {
  const list: string[] = [];
  const machine: StateMachine = { ...createListMachine(), apply: () => (list.push('x'), list) };
  const hosted = hostUserMachine(machine);
  const first = hosted.apply(bytes('a'), CONTEXT);
  hosted.apply(bytes('a'), CONTEXT);
  assert.equal(first, ['x']);
});

test('a capture is of its moment', () => {
  const hosted = hostUserMachine(createListMachine());
  hosted.apply(bytes('a'), CONTEXT);
  const captured = hosted.capture();
  hosted.apply(bytes('b'), CONTEXT);
  assert.equal([...captured.serialize()], [bytes('["a"]')]);
});

test('a snapshot that the machine refuses leaves it as it was', () => {
  const hosted = hostUserMachine(createListMachine());
  hosted.apply(bytes('a'), CONTEXT);
  assert.throws(() => hosted.restore(bytes('{')));
  assert.equal(hosted.dump(), ['a']);
  hosted.restore(bytes('["b"]'));
  assert.equal(hosted.query(bytes('')), ['b']);
});

test('a snapshot that is no JSON is dumped as hexadecimal', () => {
  const hosted = hostUserMachine({ ...createListMachine(), snapshot: () => Uint8Array.of(0, 255) });
  assert.is(hosted.dump(), '00ff');
});

test('a query that the machine does not have, or throws in, is a bad argument', () => {
  const without: StateMachine = { apply: () => null, snapshot: () => bytes('[]'), restore: () => undefined };
  assert.throws(() => hostUserMachine(without).query(bytes('')), isInvalid);
  assert.throws(() => hostUserMachine(createListMachine()).query({ type: 'metadata' }), isInvalid);
  const throwing: StateMachine = {
    ...without,
    query: () => {
      throw new Error('thrown');
    },
  };
  assert.throws(() => hostUserMachine(throwing).query(bytes('')), isInvalid);
});

function isInvalid(error: Error & { code?: string }): boolean {
  return error.code === 'InvalidArgument';
}

test.run();
