/** Request ids: the users' own, remembered across sessions, and generated ones, which name a session and a sequence. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { generatedRequestId, parseGeneratedRequestId } from '../../src/state-machine/request-id.js';
import { MAX_REQUEST_IDS } from '../../src/state-machine/request-id-table.js';
import { createReplicatedTester, seal, sessionOf, uuidOf } from './replicated-tester.js';

const test = suite('state machine: request ids');

test('the same id and operation take effect once, from any session, with the first answer and index', () => {
  const tester = createReplicatedTester();
  tester.open(1, 2);
  const first = tester.write({ session: 1, sequence: 1, command: 'a', requestId: 'mine' });
  const repeated = tester.write({ session: 2, sequence: 1, command: 'a', requestId: 'mine' });
  assert.equal(repeated, { ...first, session: sessionOf(2), sequence: 1 });
  assert.equal(tester.machine.executed, ['a']);
});

test('the same id with another operation is refused, also when the refusal is asked for again', () => {
  const tester = createReplicatedTester();
  tester.open(1, 2);
  tester.write({ session: 1, sequence: 1, command: 'a', requestId: 'mine' });
  const refused = tester.write({ session: 2, sequence: 1, command: 'b', requestId: 'mine' });
  assert.is(refused.refusal, 'differentOperation');
  assert.equal(tester.write({ session: 2, sequence: 1, command: 'b', requestId: 'mine' }), refused);
});

test('a rejection is remembered by its id', () => {
  const tester = createReplicatedTester();
  tester.open(1, 2);
  const first = tester.write({ session: 1, sequence: 1, command: 'bad', requestId: 'mine' });
  const repeated = tester.write({ session: 2, sequence: 7, command: 'bad', requestId: 'mine' });
  assert.equal([repeated.result, repeated.index], [first.result, first.index]);
});

test('an id is remembered after its session has dropped the answer', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  const first = tester.write({ session: 1, sequence: 1, command: 'a', requestId: 'mine' });
  tester.write({ session: 1, sequence: 2, command: 'b', lowestUnanswered: 2 });
  assert.is(tester.write({ session: 1, sequence: 3, command: 'a', requestId: 'mine' }).index, first.index);
});

test('the last 100,000 operations that carried an id are remembered, and the oldest forgotten first', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  const write = (place: number, requestId: string): Uint8Array =>
    seal({ session: 1, sequence: place, lowestUnanswered: place, command: 'x', requestId });
  const count = MAX_REQUEST_IDS + 1;
  tester.applyAll(Array.from({ length: count }, (_, place) => write(place + 1, `id-${place}`)));
  const [second, first] = tester.applyAll([write(count + 1, 'id-1'), write(count + 2, 'id-0')]);
  assert.is(second?.index, 3, 'the second is known still');
  assert.is(first?.index, count + 3, 'the first is a new write now');
  const [third] = tester.applyAll([write(count + 3, 'id-1')]);
  assert.is(third?.index, count + 4, 'and has pushed out the second');
});

test('a generated id meets the answer of the write it names', () => {
  const tester = createReplicatedTester();
  tester.open(1, 2);
  const first = tester.write({ session: 1, sequence: 5, command: 'a' });
  const requestId = generatedRequestId({ session: sessionOf(1), sequence: 5 });
  const repeated = tester.write({ session: 2, sequence: 1, command: 'a', requestId });
  assert.equal(repeated, { ...first, session: sessionOf(2), sequence: 1 });
  assert.is(tester.write({ session: 2, sequence: 2, command: 'b', requestId }).refusal, 'differentOperation');
  assert.equal(tester.machine.executed, ['a']);
});

test('a generated id executes the write it names if that never came, and keeps it from coming later', () => {
  const tester = createReplicatedTester();
  tester.open(1, 2);
  const requestId = generatedRequestId({ session: sessionOf(1), sequence: 5 });
  const executed = tester.write({ session: 2, sequence: 1, command: 'a', requestId });
  assert.equal([executed.session, executed.sequence, executed.index], [sessionOf(2), 1, 2 + 1]);
  const late = tester.write({ session: 1, sequence: 5, command: 'a' });
  assert.equal(late, { ...executed, session: sessionOf(1), sequence: 5 });
  assert.equal(tester.write({ session: 2, sequence: 1, command: 'a', requestId }), executed);
  assert.equal(tester.machine.executed, ['a']);
});

test('a generated id of a dropped answer or an unknown session is never executed', () => {
  const tester = createReplicatedTester();
  tester.open(1, 2);
  tester.write({ session: 1, sequence: 2, command: 'b', lowestUnanswered: 2 });
  for (const requestId of [`${uuidOf(1)}:1`, `${uuidOf(9)}:1`]) {
    assert.is(tester.write({ session: 2, sequence: 1, command: 'a', requestId }).refusal, 'forgotten');
  }
  assert.equal(tester.machine.executed, ['b']);
});

test('a refused generated id stays refused for its asker when the session it names is opened later', () => {
  const tester = createReplicatedTester();
  tester.open(2);
  const requestId = `${uuidOf(1)}:1`;
  const refused = tester.write({ session: 2, sequence: 1, command: 'a', requestId });
  tester.open(1);
  assert.equal(tester.write({ session: 2, sequence: 1, command: 'a', requestId }), refused);
});

test('generated ids are read back, and anything else is an id of the user', () => {
  const place = {
    session: String.fromCharCode(...Array.from({ length: 16 }, (_, byte) => byte * 17)),
    sequence: 4_294_967_295,
  };
  assert.is(generatedRequestId(place), '00112233-4455-6677-8899-aabbccddeeff:4294967295');
  assert.equal(parseGeneratedRequestId(generatedRequestId(place)), place);
  for (const text of [
    '',
    'mine',
    uuidOf(1),
    `${uuidOf(1)}:`,
    `${uuidOf(1)}:0`,
    `${uuidOf(1)}:01`,
    `${uuidOf(1)}:4294967296`,
  ]) {
    assert.is(parseGeneratedRequestId(text), undefined, text);
  }
});

test.run();
