/** Ctrl-C once, twice, and twice for one press. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createInterrupts, type Interrupts } from '../../src/cli/interrupts.js';

const test = suite('interrupts');

function pressed(): { interrupts: Interrupts; clock: { nowMs: number }; ended: number[] } {
  const clock = { nowMs: 5_000 };
  const ended: number[] = [];
  const interrupts = createInterrupts(
    () => clock.nowMs,
    (exitCode) => ended.push(exitCode),
  );
  return { interrupts, clock, ended };
}

test('the first one ends the work in an orderly way, and decides the exit code', () => {
  const { interrupts, clock, ended } = pressed();
  assert.equal([interrupts.signal.aborted, interrupts.exitCode], [false, undefined]);
  interrupts.receive('SIGTERM');
  assert.equal([interrupts.signal.aborted, interrupts.exitCode, ended], [true, 143, []]);
  clock.nowMs += 1_000;
  interrupts.receive('SIGINT');
  assert.equal([interrupts.exitCode, ended], [143, [143]]);
});

test('a second Ctrl-C ends it at once; one that came with the first is the same', () => {
  const { interrupts, clock, ended } = pressed();
  interrupts.receive('SIGINT');
  clock.nowMs += 5;
  interrupts.receive('SIGINT');
  assert.equal([interrupts.exitCode, ended], [130, []]);
  clock.nowMs += 400;
  interrupts.receive('SIGINT');
  assert.equal(ended, [130]);
});

test.run();
