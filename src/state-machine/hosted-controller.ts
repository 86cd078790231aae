/**
 * What decides, where a node leads, what is to become of the state as time goes by: it hears requests that are no
 * entries of the log, and proposes commands that are. Types only. It is no part of the state: another leader's begins
 * anew, and what it proposes must do no harm when it comes twice, or too late.
 */

/** When something is asked of a controller. */
export interface Moment {
  /** Ms of a clock that never goes back, and is nobody else's. */
  readonly now: number;
  /** Unix ms, for the timestamps of commands alone. */
  readonly unixMs: number;
  /** Index of the last log entry that the state holds. */
  readonly appliedIndex: number;
}

export interface HostedController {
  /** This node leads from now on, in another term than before: nothing is known that is not in the state. */
  lead(moment: Moment): void;
  /** It leads no more. */
  resign(): void;
  /** Requests have come in; they are answered once the state holds what was committed before. */
  hear(requests: readonly unknown[], moment: Moment): void;
  /** Undefined: no request to a controller. Else the answer, or a `NotYet`, after which it is asked again. */
  answer(request: unknown, moment: Moment): unknown;
  /** Commands to propose now; whoever takes them proposes them. */
  takeProposals(moment: Moment): Uint8Array[];
  /** On the clock of `now`: when to take proposals again, even if nothing has happened by then; Infinity: never. */
  nextWakeUp(moment: Moment): number;
}
