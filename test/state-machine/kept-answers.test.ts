/**
 * Answers are bounded over all sessions: those of the sessions used longest ago are dropped, which are never executed
 * again for that, on no node, whatever snapshots it was restored from.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinBytes } from '../../src/state-machine/canonical-json.js';
import { SessionTable } from '../../src/state-machine/session-table.js';
import { generatedRequestId } from '../../src/state-machine/request-id.js';
import { createReplicatedTester, opening, seal, sessionOf, type ReplicatedTester } from './replicated-tester.js';

const test = suite('state machine: answers kept');

const outcome = { fingerprint: 1, index: 1, result: null };

/** Counts of answers, by session, that used longest ago first. */
function kept(table: SessionTable): Record<string, number> {
  return Object.fromEntries(table.list().sessions.map(({ id, answers }) => [id, answers.size]));
}

/** Sessions used in this order, with so many answers each. */
function fill(table: SessionTable, counts: Record<string, number>, index = 1): void {
  for (const [id, count] of Object.entries(counts)) {
    table.open(id, index, index);
    for (let sequence = 1; sequence <= count; sequence += 1) table.remember(id, sequence, outcome);
  }
}

test('once the bound is passed, the sessions used longest ago lose all answers until nine tenths are kept', () => {
  const table = new SessionTable(10, 20);
  fill(table, { a: 1, b: 1, c: 2, d: 8, e: 8 });
  assert.equal(kept(table), { a: 1, b: 1, c: 2, d: 8, e: 8 }, 'all that the bound allows');
  table.use('a', 2, 0);
  table.remember('a', 2, outcome);
  assert.equal(kept(table), { b: 0, c: 0, d: 8, e: 8, a: 2 }, 'the first was used again');
});

test('the session in use keeps its own, even where they alone pass the bound', () => {
  const table = new SessionTable(10, 20);
  fill(table, { a: 5, b: 30 });
  assert.equal(kept(table), { a: 0, b: 30 });
  table.open('c', 2, 2);
  table.remember('c', 1, outcome);
  assert.equal(kept(table), { a: 0, b: 0, c: 1 });
});

test('what a client no longer waits for, and what an evicted session had, does not count', () => {
  const table = new SessionTable(3, 20);
  fill(table, { a: 10, b: 10 });
  table.use('b', 2, 10);
  fill(table, { c: 9 }, 3);
  assert.equal(kept(table), { a: 10, b: 1, c: 9 });
  fill(table, { d: 10 }, 4);
  assert.equal(kept(table), { b: 1, c: 9, d: 10 });
});

test('an answer that is remembered twice counts once', () => {
  const table = new SessionTable(3, 2);
  fill(table, { a: 1, b: 1 });
  table.remember('b', 1, outcome);
  assert.equal(kept(table), { a: 1, b: 1 });
});

test('what a capture holds is not dropped from it', () => {
  const table = new SessionTable(10, 4);
  fill(table, { a: 2, b: 2 });
  const { sessions } = table.capture();
  table.remember('b', 3, outcome);
  assert.equal(kept(table), { a: 0, b: 3 });
  assert.equal(
    sessions.map(({ lowestUnanswered, answers }) => [lowestUnanswered, answers.size]),
    [
      [1, 2],
      [1, 2],
    ],
  );
  table.use('a', 2, 0);
  table.remember('a', 4, outcome);
  assert.is(sessions[0]?.answers.size, 2);
});

test('a write whose answer was dropped is refused, not executed; later writes of its session are executed', () => {
  const tester = createReplicatedTester(10, 4);
  tester.open(1, 2);
  for (const sequence of [1, 3, 2]) tester.write({ session: 1, sequence, command: `a${sequence}` });
  for (const sequence of [1, 2]) tester.write({ session: 2, sequence, command: `b${sequence}` });
  const executed = ['a1', 'a3', 'a2', 'b1', 'b2'];
  for (const sequence of [1, 2, 3]) {
    const repeat = { session: 1, sequence, command: `a${sequence}` };
    assert.is(tester.write(repeat).refusal, 'forgotten');
    const requestId = generatedRequestId({ session: sessionOf(1), sequence });
    const asked = tester.write({ ...repeat, session: 2, sequence: 10 + sequence, requestId });
    assert.is(asked.refusal, 'forgotten', 'nor when another session asks for it');
  }
  assert.equal(tester.machine.executed, executed);
  const later = tester.write({ session: 1, sequence: 4, command: 'a4' });
  assert.equal(later.result, { count: 6 });
  assert.equal(tester.write({ session: 1, sequence: 4, command: 'a4' }), later);
  assert.equal(tester.machine.executed, [...executed, 'a4']);
});

const SESSIONS = 4;
const MAX_ANSWERS = 8;

interface Step {
  readonly session: number;
  readonly sequence: number;
  /** Of the session, below this write's sequence. */
  readonly waitingFor: number;
  /** By its id. */
  readonly asksFor: { readonly session: number; readonly sequence: number } | null;
  readonly opens: boolean;
  /** After it, from a snapshot. */
  readonly restores: 'no' | 'a new node' | 'the same node';
}

const place = { session: fc.integer({ min: 1, max: SESSIONS }), sequence: fc.integer({ min: 1, max: 12 }) };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    ...place,
    waitingFor: fc.oneof({ weight: 4, arbitrary: fc.constant(12) }, fc.nat(12)),
    asksFor: fc.option(fc.record(place), { freq: 4 }),
    opens: fc.nat(9).map((draw) => draw === 0),
    restores: fc.constantFrom('no', 'no', 'no', 'no', 'a new node', 'the same node'),
  }),
  { minLength: 30, maxLength: 80, size: 'max' },
);

function payloadOf({ session, sequence, waitingFor, asksFor, opens }: Step, knownIndex: number): Uint8Array {
  if (opens) return opening(session, knownIndex);
  const of = asksFor ?? { session, sequence };
  const requestId =
    asksFor === null ? {} : { requestId: generatedRequestId({ ...of, session: sessionOf(of.session) }) };
  const lowestUnanswered = Math.max(0, sequence - waitingFor);
  return seal({ session, sequence, lowestUnanswered, command: `${of.session}:${of.sequence}`, ...requestId });
}

function restored(tester: ReplicatedTester, restores: 'a new node' | 'the same node'): ReplicatedTester {
  const captured = tester.state.capture();
  const other = restores === 'the same node' ? tester : createReplicatedTester(SESSIONS - 1, MAX_ANSWERS);
  assert.ok(other.state.restore(joinBytes(captured.serialize()), captured.description));
  return other;
}

test('a node that was restored from snapshots in between answers the same and comes to the same state', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const whole = createReplicatedTester(SESSIONS - 1, MAX_ANSWERS);
      let other = createReplicatedTester(SESSIONS - 1, MAX_ANSWERS);
      for (const tester of [whole, other]) tester.open(1, 2, 3);
      for (const step of plan) {
        const payload = payloadOf(step, whole.state.appliedIndex);
        assert.equal(other.applyAll([payload]), whole.applyAll([payload]));
        if (step.restores !== 'no') other = restored(other, step.restores);
        assert.is(other.state.digest(), whole.state.digest());
      }
    }),
    { numRuns: 500 },
  );
});

test.run();
