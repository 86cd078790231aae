/** Gathers what has accumulated into one `Ready`. */
import type { Ready } from './ready.js';
import type { RaftState } from './state.js';

export function hasReady(state: RaftState): boolean {
  return state.outputs.messages.length > 0;
}

export function takeReady(state: RaftState): Ready {
  throw new Error(`not yet: ${state.term}`);
}
