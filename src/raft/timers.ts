/**
 * How long each named timer runs. Pure: the shell brings the durations it was configured with and its own randomness.
 * Raft 5.2 (randomised election time-outs), thesis 6.2 (check quorum), 9.6 (lease against disruption).
 */
import { unreachable } from '../assert.js';
import { drawFraction, type Random } from '../random.js';
import type { TimerCommand } from './ready.js';

export interface TimerDurations {
  readonly electionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

export function timerDelayMs(
  command: Extract<TimerCommand, { action: 'start' }>,
  durations: TimerDurations,
  random: Random,
): number {
  const { electionTimeoutMs, heartbeatIntervalMs } = durations;
  switch (command.timer) {
    case 'election':
      return electionTimeoutMs * (1 + drawFraction(random));
    case 'electionSoon': {
      const range = Math.min((heartbeatIntervalMs / 2) * 2 ** command.attempt, electionTimeoutMs * 2);
      return range * drawFraction(random);
    }
    case 'heartbeat':
      return heartbeatIntervalMs;
    case 'leaderLease':
    case 'checkQuorum':
    case 'transfer':
      return electionTimeoutMs;
    default:
      return unreachable(command.timer);
  }
}
