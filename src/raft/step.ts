/** One input changes the state in place; what it asks of the shell accumulates for `takeReady`. Terms are checked here, once. */
import type { Input } from './messages.js';
import type { RaftState } from './state.js';

export function step(state: RaftState, input: Input): void {
  throw new Error(`not yet: ${state.term} ${input.kind}`);
}
