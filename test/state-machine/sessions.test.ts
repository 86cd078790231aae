/**
 * Sessions: a write that stands in the log again is executed once, and answered with what it first came to (thesis
 * 6.3).
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sealUnaddressed } from '../../src/state-machine/envelope.js';
import { MAX_SESSIONS } from '../../src/state-machine/session-table.js';
import { CONFIGURATION, createReplicatedTester, NO_OP, opening, seal, sessionOf } from './replicated-tester.js';

const test = suite('state machine: sessions');

test('a write is executed and answered to its session and sequence, at its index', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  const answer = tester.write({ session: 1, sequence: 1, command: 'a' });
  assert.equal(answer, { session: sessionOf(1), sequence: 1, index: 2, result: { count: 1 } });
});

test('opening a session is answered, executes nothing, and changes nothing when repeated', () => {
  const tester = createReplicatedTester();
  const open = opening(1);
  const [first] = tester.applyAll([open]);
  assert.equal(first, { session: sessionOf(1), sequence: 0, index: 1 });
  const answer = tester.write({ session: 1, sequence: 1, command: 'a' });
  assert.equal(tester.applyAll([open]), [first]);
  assert.equal(tester.write({ session: 1, sequence: 1, command: 'a' }), answer);
  assert.equal(tester.machine.executed, ['a']);
});

test('a repeated write is not executed again and gets the first answer with the first index', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  const first = tester.write({ session: 1, sequence: 1, command: 'a' });
  tester.write({ session: 1, sequence: 2, command: 'b' });
  assert.equal(tester.write({ session: 1, sequence: 1, command: 'a' }), first);
  assert.equal(tester.machine.executed, ['a', 'b']);
});

test('a rejection is an answer too: it is given again, even if the write would be accepted now', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  const first = tester.write({ session: 1, sequence: 1, command: 'bad' });
  assert.equal(first.result, { error: 'rejected' });
  assert.equal(tester.write({ session: 1, sequence: 1, command: 'bad' }), first);
});

test('a write of a session that was never opened is refused, never executed', () => {
  const tester = createReplicatedTester();
  assert.is(tester.write({ session: 1, sequence: 1 }).refusal, 'unknownSession');
  assert.equal(tester.machine.executed, []);
});

test('another operation under an answered sequence is refused, and does not replace the first', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  const first = tester.write({ session: 1, sequence: 1, command: 'a' });
  assert.is(tester.write({ session: 1, sequence: 1, command: 'b' }).refusal, 'differentOperation');
  assert.equal(tester.write({ session: 1, sequence: 1, command: 'a' }), first);
});

test('answers below the lowest unanswered sequence are dropped, and writes below it refused', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  tester.write({ session: 1, sequence: 1, command: 'a' });
  tester.write({ session: 1, sequence: 3, command: 'c', lowestUnanswered: 3 });
  assert.is(tester.write({ session: 1, sequence: 1, command: 'a' }).refusal, 'forgotten');
  assert.is(
    tester.write({ session: 1, sequence: 2, command: 'b' }).refusal,
    'forgotten',
    'though it was never answered',
  );
  assert.equal(tester.machine.executed, ['a', 'c']);
});

test('the lowest unanswered sequence never goes back, and may leap', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  tester.write({ session: 1, sequence: 1, command: 'a' });
  tester.write({ session: 1, sequence: 0xffff_fff0, command: 'b', lowestUnanswered: 0xffff_fff0 });
  assert.is(tester.write({ session: 1, sequence: 1, command: 'a', lowestUnanswered: 1 }).refusal, 'forgotten');
  assert.equal(tester.write({ session: 1, sequence: 0xffff_fff0, command: 'b' }).result, { count: 2 });
  assert.equal(tester.machine.executed, ['a', 'b']);
});

test('writes of a session may come in any order', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  for (const sequence of [3, 1, 2]) tester.write({ session: 1, sequence, command: String(sequence) });
  assert.equal(tester.machine.executed, ['3', '1', '2']);
});

test('the session whose last entry is the oldest is evicted first, and its writes refused', () => {
  const tester = createReplicatedTester();
  const opens = Array.from({ length: MAX_SESSIONS }, (_, place) => opening(place + 1));
  tester.applyAll(opens);
  tester.write({ session: 1, sequence: 1, command: 'a' });
  tester.open(MAX_SESSIONS + 1);
  assert.is(tester.write({ session: 2, sequence: 1 }).refusal, 'unknownSession', 'the second has been used least');
  tester.open(MAX_SESSIONS + 2);
  assert.is(tester.write({ session: 3, sequence: 1 }).refusal, 'unknownSession');
  assert.is(
    tester.write({ session: 1, sequence: 1, command: 'a' }).index,
    MAX_SESSIONS + 1,
    'the first was used again',
  );
  assert.is(tester.write({ session: 4, sequence: 1, command: 'b' }).refusal, undefined);
});

test('entries without an envelope count in the applied index and are not answered', () => {
  const tester = createReplicatedTester();
  const answers = tester.applyAll([NO_OP, opening(1), CONFIGURATION, NO_OP], 3);
  assert.is(answers.length, 1);
  assert.is(tester.state.appliedIndex, 4);
  assert.throws(
    () => tester.state.applyRuns([{ firstIndex: 6, term: 3, count: 0, data: new Uint8Array() }]),
    /entry 6 follows 4/,
  );
});

test('entries of commands that are no envelope have no effect and no answer, wherever they are cut', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  const before = tester.state.digest();
  const whole = seal({ session: 1, sequence: 1, requestId: 'mine' });
  const requestIdEnd = whole.length - 1; // of the command one byte is left
  for (let length = 1; length < requestIdEnd; length += 1) {
    assert.equal(tester.applyAll([whole.slice(0, length)]), [], `the first ${length} bytes`);
  }
  assert.equal(tester.applyAll([opening(2).slice(0, -1)]), []);
  assert.is(tester.state.digest(), before);
  assert.is(tester.applyAll([whole]).length, 1);
});

test('a throw in the machine is not caught, and names the index', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  assert.throws(() => tester.write({ session: 1, sequence: 1, command: 'throw' }), /entry 2: thrown/);
});

test('an unaddressed command is executed wherever it stands, has no answer, and touches no session', () => {
  const tester = createReplicatedTester(1);
  tester.open(1);
  const before = tester.write({ session: 1, sequence: 1, command: 'a' });
  const command = sealUnaddressed(new TextEncoder().encode('of the cluster, longer than the head of an envelope'));
  const empty = sealUnaddressed(new Uint8Array());
  const answers = tester.applyAll([command, seal({ session: 1, sequence: 2, command: 'b' }), command, empty]);
  assert.equal(
    answers.map(({ sequence, index }) => [sequence, index]),
    [[2, 4]],
  );
  assert.equal(
    tester.machine.executed.map((text) => text.slice(0, 6)),
    ['a', 'of the', 'b', 'of the', ''],
  );
  assert.equal(tester.write({ session: 1, sequence: 1, command: 'a' }), before, 'no session had to go for it');
});

test.run();
