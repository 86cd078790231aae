/** How long each named timer runs: ranges by the lowest and the highest draw (paper 5.2; thesis 6.2, 9.6). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TimerName } from '../../src/raft/messages.js';
import { timerDelayMs } from '../../src/raft/timers.js';
import { createRandom, type Random } from '../../src/random.js';

const test = suite('timers');

const durations = { electionTimeoutMs: 1_000, heartbeatIntervalMs: 100 };

function delays(timer: TimerName, attempt = 0): { least: number; most: number } {
  const random: Random = createRandom(1);
  const drawn = Array.from({ length: 500 }, () => timerDelayMs({ action: 'start', timer, attempt }, durations, random));
  return { least: Math.min(...drawn), most: Math.max(...drawn) };
}

/** Within the range, and close to both its ends. */
function assertRange({ least, most }: { least: number; most: number }, from: number, to: number): void {
  assert.ok(least >= from && most < to, `${least} to ${most} is within ${from} to ${to}`);
  const margin = (to - from) / 20;
  assert.ok(least < from + margin && most > to - margin, `${least} to ${most} fills ${from} to ${to}`);
}

test('an election time-out is drawn from once to twice the configured one (5.2)', () => {
  assertRange(delays('election'), 1_000, 2_000);
});

test('an election soon comes within half a heartbeat, a range that doubles at each refusal', () => {
  assertRange(delays('electionSoon', 0), 0, 50);
  assertRange(delays('electionSoon', 1), 0, 100);
  assertRange(delays('electionSoon', 3), 0, 400);
  assertRange(delays('electionSoon', 10), 0, 2_000);
});

test('all others are fixed', () => {
  const fixed = (timer: TimerName): number[] => Object.values(delays(timer));
  assert.equal(fixed('heartbeat'), [100, 100]);
  for (const timer of ['leaderLease', 'checkQuorum', 'transfer'] as const) assert.equal(fixed(timer), [1_000, 1_000]);
});

test('a timer that the types rule out is a bug', () => {
  assert.throws(() => delays('nap' as TimerName), /unreachable/);
});

test.run();
