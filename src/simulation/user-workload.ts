/** A user's own state machine as a workload, hosted as a cluster hosts it. */
import { must } from '../assert.js';
import { drawChance, drawFraction, drawInteger, type Random } from '../random.js';
import type { StateMachine } from '../state-machine/state-machine.js';
import { hostUserMachine } from '../state-machine/user-machine.js';
import { Violation } from './checks/violation.js';
import type { Workload } from './workload.js';

/** Randomness of the seed: the same draws whenever it runs. */
export interface Draw {
  /** In [0, 1). */
  fraction(): number;
  /** A whole number in [from, to). */
  integer(from: number, to: number): number;
  /** True at this rate, 0 to 1. */
  chance(rate: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
}

export interface UserWorkload<Machine extends StateMachine> {
  readonly stateMachine: () => Machine;
  readonly operations: (random: Draw) => Uint8Array;
  readonly invariants?: Readonly<Record<string, (machine: Machine) => boolean>>;
}

export function hostUserWorkload<Machine extends StateMachine>({
  stateMachine,
  operations,
  invariants = {},
}: UserWorkload<Machine>): Workload {
  const named = Object.entries(invariants);
  return {
    createMachine() {
      const machine = stateMachine();
      const check = (): void => {
        for (const [name, holds] of named) {
          if (!holds(machine)) throw new Violation(`invariant: ${name}`, 'does not hold');
        }
      };
      return { hosted: hostUserMachine(machine), check, restored: check };
    },
    operation: (random) => operations(drawsOf(random)),
  };
}

function drawsOf(random: Random): Draw {
  return {
    fraction: () => drawFraction(random),
    integer: (from, to) => drawInteger(random, from, to),
    chance: (rate) => drawChance(random, rate),
    pick: (values) => must(values[drawInteger(random, 0, values.length)], 'a value to pick'),
  };
}
