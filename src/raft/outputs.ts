/** How the parts of the core leave work for the shell; `take-ready.ts` gathers it. */
import { sameMember } from './configuration.js';
import type { RaftMessage, TimerName } from './messages.js';
import type { RefusalReason } from './ready.js';
import type { RaftState } from './state.js';

export function send(state: RaftState, message: RaftMessage): void {
  state.outputs.messages.push(message);
}

/** Acknowledgements are cumulative: one behind another to the same leader replaces it. */
export function sendAcknowledgement(state: RaftState, message: Extract<RaftMessage, { kind: 'appendResponse' }>): void {
  const { messages } = state.outputs;
  const last = messages.at(-1);
  const replaces = last?.kind === 'appendResponse' && last.success && sameMember(last.to, message.to);
  if (replaces && last.index <= message.index) messages.pop();
  messages.push(message);
}

export function startTimer(state: RaftState, timer: TimerName, attempt = 0): void {
  forgetTimer(state, timer);
  state.outputs.timers.push({ action: 'start', timer, attempt });
}

export function stopTimer(state: RaftState, timer: TimerName): void {
  forgetTimer(state, timer);
  state.outputs.timers.push({ action: 'stop', timer });
}

/** Only the last command of a timer counts. */
function forgetTimer(state: RaftState, timer: TimerName): void {
  const position = state.outputs.timers.findIndex((command) => command.timer === timer);
  if (position >= 0) state.outputs.timers.splice(position, 1);
}

export function answerRequest(state: RaftState, id: number, refused: RefusalReason | null): void {
  state.outputs.answers.push({ id, refused });
}
