/**
 * Exactly once, whatever is sent again and however few sessions and answers are kept: clients send what they have in
 * order, any part of it, any number of times, between the entries of others, and the state is carried over in
 * snapshots.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { joinBytes } from '../../src/state-machine/canonical-json.js';
import type { Answer } from '../../src/state-machine/envelope.js';
import { generatedRequestId } from '../../src/state-machine/request-id.js';
import { createReplicatedTester, opening, seal, sessionOf, type ReplicatedTester } from './replicated-tester.js';

const test = suite('state machine: exactly once');
const MAX_SESSIONS = 2;

type Step =
  /** A session is made by a client that has seen what was applied so many entries ago. */
  | { readonly kind: 'session'; readonly behind: number }
  /** Some writes of a session, its opening first or not. */
  | {
      readonly kind: 'send';
      readonly session: number;
      readonly opening: boolean;
      readonly sequences: readonly number[];
    }
  /** One session asks for a write of another by its id. */
  | { readonly kind: 'ask'; readonly session: number; readonly of: number; readonly sequence: number }
  | { readonly kind: 'snapshot' };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('session' as const), behind: fc.nat(6) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      session: fc.nat(5),
      opening: fc.boolean(),
      sequences: fc.subarray([1, 2, 3]),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      session: fc.nat(7),
      of: fc.nat(7),
      sequence: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'snapshot' as const }) },
);

function carriedOver(tester: ReplicatedTester, maxAnswers: number): ReplicatedTester {
  const captured = tester.state.capture();
  const restored = createReplicatedTester(MAX_SESSIONS, maxAnswers);
  assert.ok(restored.state.restore(joinBytes(captured.serialize()), captured.description));
  assert.is(restored.state.digest(), tester.state.digest());
  return restored;
}

test('no write is executed twice, and all answers to one are the same', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 20, maxLength: 80, size: 'max' }), fc.nat(10), (plan, maxAnswers) => {
      let tester = createReplicatedTester(MAX_SESSIONS, maxAnswers);
      const openings: Uint8Array[] = [];
      /** By the write that is asked for. */
      const answers = new Map<string, Answer>();
      let asked = 100;
      const take = (write: string, answer: Answer): void => {
        if (answer.refusal !== undefined) return;
        const { index, result } = answers.get(write) ?? answer;
        assert.equal([answer.index, answer.result], [index, result], write);
        answers.set(write, answer);
      };
      for (const step of plan) {
        if (step.kind === 'session') {
          openings.push(opening(openings.length + 1, Math.max(0, tester.state.appliedIndex - step.behind)));
        } else if (step.kind === 'snapshot') {
          tester = carriedOver(tester, maxAnswers);
        } else if (openings.length > 0) {
          const session = (step.session % openings.length) + 1;
          if (step.kind === 'send') {
            if (step.opening) tester.applyAll([must(openings[session - 1], 'made above')]);
            for (const sequence of step.sequences) {
              const command = `${session}:${sequence}`;
              take(command, tester.write({ session, sequence, command }));
            }
          } else {
            const of = (step.of % openings.length) + 1;
            const requestId = generatedRequestId({ session: sessionOf(of), sequence: step.sequence });
            const command = `${of}:${step.sequence}`;
            asked += 1;
            take(command, tester.write({ session, sequence: asked, command, requestId }));
          }
        }
        const { executed } = tester.machine;
        assert.is(new Set(executed).size, executed.length, executed.join());
      }
    }),
    { numRuns: 2_000 },
  );
});

test('an opening that is sent again after its session was evicted does not open it again', () => {
  const tester = createReplicatedTester(MAX_SESSIONS);
  const first = opening(1);
  tester.applyAll([first, seal({ session: 1, sequence: 1, command: 'a' })]);
  tester.open(2, 3, 4);
  const again = tester.applyAll([first, seal({ session: 1, sequence: 1, command: 'a' })]);
  assert.equal(
    again.map(({ refusal }) => refusal),
    ['unknownSession', 'unknownSession'],
  );
  assert.equal(tester.machine.executed, ['a']);
});

test('a client that knows what is in the log can open a session; one that knows little, once it knows more', () => {
  const tester = createReplicatedTester(MAX_SESSIONS);
  tester.open(1, 2, 3, 4, 5);
  const [refused] = tester.applyAll([opening(9)]);
  assert.is(refused?.refusal, 'unknownSession');
  const [opened] = tester.applyAll([opening(10, refused?.index)]);
  assert.is(opened?.refusal, undefined);
});

test.run();
