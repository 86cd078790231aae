/** `conclave/testing`: a user's own state machine in the simulator. Sound ones pass; each planted bug is found. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError } from '../../src/errors.js';
import { simulate, type SimulateOptions, type StateMachine } from '../../src/simulation/testing.js';

const test = suite('conclave/testing');

interface Counter extends StateMachine {
  readonly count: () => number;
}

const bytesOf = (value: number): Uint8Array => new TextEncoder().encode(String(value));
const numberOf = (bytes: Uint8Array): number => Number(new TextDecoder().decode(bytes));

/** Adds up single bytes. */
function createCounter(change: Partial<StateMachine> = {}): Counter {
  let count = 0;
  return {
    apply(entry) {
      count += entry[0] ?? 0;
      return count;
    },
    snapshot: () => bytesOf(count),
    restore(snapshot) {
      count = numberOf(snapshot);
    },
    count: () => count,
    ...change,
  };
}

const sound: SimulateOptions<Counter> = {
  stateMachine: createCounter,
  operations: (random) => Uint8Array.of(random.integer(1, 5)),
  invariants: { 'a counter counts up': (machine) => machine.count() >= 0 },
  seeds: 12,
};

/** Found, and found again by what the report says of it. */
function findsIn(options: SimulateOptions<Counter>): string {
  const { failure } = simulate(options);
  assert.ok(failure, 'nothing was found');
  const again = simulate({ ...options, ...failure.replay });
  assert.is(again.failure?.check, failure.check);
  assert.is(again.failure?.message, failure.message);
  assert.is(again.seeds, 1);
  assert.ok(failure.steps.length < 30, `${failure.steps.length} steps`);
  return failure.check;
}

test('a sound state machine passes, under faults', () => {
  const report = simulate(sound);
  assert.is(report.failure, undefined, report.failure?.message);
  assert.is(report.seeds, 12);
  assert.ok(report.commits > 12 * 100, `${report.commits} commits`);
  assert.ok(report.checks > report.events, `${report.checks} checks`);
  assert.ok((report.faults['crash'] ?? 0) > 0 && (report.faults['messageDropped'] ?? 0) > 0);
});

test('the same options give the same report', () => {
  const few = { ...sound, seeds: 3, from: 77 };
  assert.equal(simulate(few), simulate(few));
});

test('what is not in the snapshot is missed', () => {
  const stateMachine = (): Counter => {
    let applied = 0;
    const counter = createCounter();
    return createCounter({
      ...counter,
      apply(entry, context) {
        applied += 1;
        return [counter.apply(entry, context), applied];
      },
    });
  };
  assert.is(findsIn({ ...sound, stateMachine }), 'equal answers');
});

test('what nodes do not share is no part of the state', () => {
  let reads = 0;
  const stateMachine = (): Counter => {
    let count = 0;
    return createCounter({
      apply(entry) {
        reads += 1; // as a clock would
        count += (entry[0] ?? 0) + (reads % 1000 === 0 ? 1 : 0);
      },
      snapshot: () => bytesOf(count),
      restore(snapshot) {
        count = numberOf(snapshot);
      },
    });
  };
  const { failure } = simulate({ ...sound, stateMachine });
  assert.is(failure?.check, 'equal states');
});

test('an invariant that breaks is named, with the actions that break it', () => {
  const invariants = { 'a counter ends at 30': (machine: Counter) => machine.count() <= 30 };
  assert.is(findsIn({ ...sound, invariants }), 'invariant: a counter ends at 30');
});

test('a state machine that throws is found', () => {
  const stateMachine = (): Counter =>
    createCounter({
      restore() {
        throw new Error('no way back');
      },
    });
  assert.is(findsIn({ ...sound, stateMachine }), 'snapshot and tail equal full replay');
});

test('is what the package name leads to', async () => {
  const byName = (await import(import.meta.resolve('conclave/testing'))) as object;
  assert.equal(Object.keys(byName), ['simulate']);
});

test('options that make no sense are refused', () => {
  for (const wrong of [{ seeds: 0 }, { from: -1 }, { nodes: 8 }, { only: 'some' }]) {
    try {
      simulate({ ...sound, ...wrong });
      assert.unreachable(JSON.stringify(wrong));
    } catch (error) {
      assert.ok(error instanceof ClusterError && error.code === 'InvalidArgument', JSON.stringify(wrong));
    }
  }
});

test.run();
