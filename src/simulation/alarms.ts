/**
 * The timers of one node, as deadlines. Most timers are restarted long before they are due, so a wake-up that comes
 * too early is put off rather than every restart scheduled.
 */
import type { TimerName } from '../raft/messages.js';

export interface Alarm {
  /** Infinity when stopped. */
  deadlineMs: number;
  /** When the clock next looks at it; Infinity: never. */
  wakeAtMs: number;
  due: boolean;
}

export function createAlarms(): Map<TimerName, Alarm> {
  return new Map();
}

/** How long until the clock has to look at this alarm; null: it will anyway. */
export function setAlarm(
  alarms: Map<TimerName, Alarm>,
  timer: TimerName,
  nowMs: number,
  delayMs: number,
): number | null {
  const alarm = alarms.get(timer) ?? { deadlineMs: 0, wakeAtMs: Number.POSITIVE_INFINITY, due: false };
  alarms.set(timer, alarm);
  alarm.due = false;
  alarm.deadlineMs = nowMs + delayMs;
  if (alarm.wakeAtMs <= alarm.deadlineMs) return null;
  alarm.wakeAtMs = alarm.deadlineMs;
  return delayMs;
}

export function clearAlarm(alarms: Map<TimerName, Alarm>, timer: TimerName): void {
  const alarm = alarms.get(timer);
  if (alarm === undefined) return;
  alarm.deadlineMs = Number.POSITIVE_INFINITY;
  alarm.due = false;
}

/** The clock jumps ahead: what is due by then is due at once. Gives the timers that the clock has to look at now. */
export function jumpAhead(alarms: Map<TimerName, Alarm>, nowMs: number, byMs: number): TimerName[] {
  const sooner: TimerName[] = [];
  for (const [timer, alarm] of alarms) {
    if (alarm.deadlineMs === Number.POSITIVE_INFINITY) continue;
    alarm.deadlineMs = Math.max(nowMs, alarm.deadlineMs - byMs);
    if (alarm.deadlineMs >= alarm.wakeAtMs) continue;
    alarm.wakeAtMs = nowMs;
    sooner.push(timer);
  }
  return sooner;
}

/** The clock jumps back: all that was to come comes later. */
export function jumpBack(alarms: Map<TimerName, Alarm>, byMs: number): void {
  for (const alarm of alarms.values()) alarm.deadlineMs += byMs;
}

/** The clock looks: how long until it has to look again, or null. */
export function wake(alarms: Map<TimerName, Alarm>, timer: TimerName, nowMs: number): number | null {
  const alarm = alarms.get(timer);
  if (alarm === undefined || alarm.wakeAtMs > nowMs) return null;
  alarm.wakeAtMs = Number.POSITIVE_INFINITY;
  if (alarm.deadlineMs <= nowMs) {
    alarm.deadlineMs = Number.POSITIVE_INFINITY;
    alarm.due = true;
  }
  if (alarm.deadlineMs === Number.POSITIVE_INFINITY) return null;
  alarm.wakeAtMs = alarm.deadlineMs;
  return alarm.deadlineMs - nowMs;
}

export function takeDueTimer(alarms: Map<TimerName, Alarm>): TimerName | null {
  for (const [timer, alarm] of alarms) {
    if (!alarm.due) continue;
    alarm.due = false;
    return timer;
  }
  return null;
}
