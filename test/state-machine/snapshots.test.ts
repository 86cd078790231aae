/** Snapshots and digests of the replicated state: frozen when taken, equal on equal states however they came about. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Answer } from '../../src/state-machine/envelope.js';
import { joinBytes } from '../../src/state-machine/canonical-json.js';
import {
  BOOTSTRAP,
  createReplicatedTester,
  NO_OP,
  opening,
  seal,
  uuidOf,
  type ReplicatedTester,
} from './replicated-tester.js';

const test = suite('state machine: snapshots');

const write = fc
  .record({
    session: fc.integer({ min: 1, max: 4 }),
    sequence: fc.integer({ min: 0, max: 12 }),
    lowestUnanswered: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 12 })),
    command: fc.constantFrom('a', 'b', 'bad'),
    id: fc.option(fc.constantFrom('p', 'q', 'r', `${uuidOf(1)}:3`, `${uuidOf(2)}:4`, `${uuidOf(9)}:1`)),
  })
  .map(({ id, ...rest }) => {
    if (rest.sequence === 0) return opening(rest.session);
    return seal(id === null ? rest : { ...rest, requestId: id });
  });
const payloads = fc.array(fc.oneof({ weight: 9, arbitrary: write }, fc.constant(NO_OP)), {
  size: 'max',
  maxLength: 80,
});
const bytesOf = ({ state }: ReplicatedTester) => joinBytes(state.capture().serialize());
const opened = [1, 2, 3].map((session) => opening(session));

test('other batches, and a restored snapshot between any two, give the same answers, digest and bytes', () => {
  fc.assert(
    fc.property(payloads, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (tail, sizes) => {
      const entries = [...opened, ...tail];
      const whole = createReplicatedTester();
      const expected = whole.applyAll(entries);

      let cut = createReplicatedTester();
      const answers: Answer[] = [];
      for (let start = 0, batch = 0; start < entries.length; batch += 1) {
        const size = sizes[batch % sizes.length] ?? 1;
        answers.push(...cut.applyAll(entries.slice(start, start + size)));
        start += size;
        if (batch % 2 === 1) {
          const captured = cut.state.capture();
          const restored = createReplicatedTester();
          assert.ok(restored.state.restore(joinBytes(captured.serialize()), captured.description));
          assert.is(restored.state.digest(), cut.state.digest());
          cut = restored;
        }
      }
      assert.equal(answers, expected);
      assert.is(cut.state.digest(), whole.state.digest());
      assert.equal(bytesOf(cut), bytesOf(whole));
    }),
    { numRuns: 80, seed: 4 },
  );
});

test('a capture does not change with what is applied after it', () => {
  fc.assert(
    fc.property(payloads, payloads, (before, after) => {
      const tester = createReplicatedTester();
      tester.applyAll([...opened, ...before]);
      const bytes = bytesOf(tester);
      const captured = tester.state.capture();
      for (const payload of after) tester.applyAll([payload]);
      assert.equal(joinBytes(captured.serialize()), bytes);
    }),
    { numRuns: 60, seed: 5 },
  );
});

test('a capture tells the configuration in force, also one that was restored', () => {
  const tester = createReplicatedTester();
  assert.equal(tester.state.capture().description, { index: 0, term: 0, configuration: BOOTSTRAP });
  const configuration = { voters: BOOTSTRAP.voters, learners: [{ id: 2, incarnation: 'b' }] };
  const entry = new TextEncoder().encode(`\u0001${JSON.stringify(configuration)}`);
  tester.applyAll([NO_OP, entry, NO_OP], 4);
  const captured = tester.state.capture();
  assert.equal(captured.description, { index: 3, term: 4, configuration });
  const restored = createReplicatedTester();
  assert.ok(restored.state.restore(joinBytes(captured.serialize()), captured.description));
  restored.applyAll([NO_OP], 4);
  assert.equal(restored.state.capture().description, { index: 4, term: 4, configuration });
});

test('the digest covers the machine, the sessions and the request ids', () => {
  const digestAfter = (...entries: Uint8Array[]): string => {
    const tester = createReplicatedTester();
    tester.applyAll([...opened, ...entries]);
    return tester.state.digest();
  };
  const digests = [
    digestAfter(),
    digestAfter(seal({ session: 1, sequence: 1, command: 'a' })),
    digestAfter(seal({ session: 1, sequence: 1, command: 'b' })),
    digestAfter(seal({ session: 2, sequence: 1, command: 'a' })),
    digestAfter(seal({ session: 1, sequence: 2, command: 'a' })),
    digestAfter(seal({ session: 1, sequence: 1, command: 'bad' })),
    digestAfter(seal({ session: 1, sequence: 1, command: 'a', requestId: 'p' })),
    digestAfter(seal({ session: 1, sequence: 1, command: 'a', requestId: 'q' })),
    digestAfter(seal({ session: 1, sequence: 2, command: 'a', lowestUnanswered: 2 })),
  ];
  assert.is(new Set(digests).size, digests.length);
});

test('request ids past a whole segment and past their bound come out of a snapshot as they went in', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  const at = (place: number): Uint8Array =>
    seal({ session: 1, sequence: place, lowestUnanswered: place, command: 'bad', requestId: `id-${place}` });
  tester.applyAll(Array.from({ length: 101_500 }, (_, place) => at(place + 1)));
  const captured = tester.state.capture();
  const restored = createReplicatedTester();
  assert.ok(restored.state.restore(joinBytes(captured.serialize()), captured.description));
  assert.is(restored.state.digest(), tester.state.digest());
  for (const one of [tester, restored]) one.applyAll(Array.from({ length: 700 }, (_, place) => at(200_000 + place)));
  assert.is(restored.state.digest(), tester.state.digest());
});

test('bytes that are no snapshot at that index are refused, and the state is as it was', () => {
  const tester = createReplicatedTester();
  tester.open(1);
  tester.write({ session: 1, sequence: 1, command: 'a', requestId: 'p' });
  const digest = tester.state.digest();
  const good = createReplicatedTester();
  good.open(1, 2, 3);
  const bytes = bytesOf(good);
  const refused: [Uint8Array, number, number][] = [
    [bytes, 4, 1],
    [bytes, 3, 2],
    [bytes.subarray(0, bytes.length - 1), 3, 1],
    [new Uint8Array(), 3, 1],
    [new TextEncoder().encode(new TextDecoder().decode(bytes).replace('[]', 'x]')), 3, 1],
  ];
  const described = (index: number, term: number) => ({ index, term, configuration: BOOTSTRAP });
  for (const [given, index, term] of refused) assert.not(tester.state.restore(given, described(index, term)));
  assert.is(tester.state.digest(), digest);
  assert.is(tester.state.appliedIndex, 2);
  assert.ok(tester.state.restore(bytes, described(3, 1)));
  assert.equal(tester.state.capture().description, described(3, 1));
});

test.run();
