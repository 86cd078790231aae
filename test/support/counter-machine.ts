/** The smallest state machine: adds the first byte of each entry, answers the sum. Throws on 255, which none should. */
import type { StateMachine } from '../../src/index.js';

export const name = 'counter';

export default function createCounter(): StateMachine {
  let sum = 0;
  return {
    apply(entry) {
      const [value = 0] = entry;
      if (value === 255) throw new Error('255 is too much');
      sum += value;
      return sum;
    },
    query: () => sum,
    snapshot: () => new TextEncoder().encode(String(sum)),
    restore(snapshot) {
      sum = Number(new TextDecoder().decode(snapshot));
    },
  };
}
