/**
 * The loop that performs a turn: all inputs are stepped, then what they ask for is yielded, in this order, until
 * nothing is left. 1. send: what needs nothing synced; first, so that followers write while this node does. 2.
 * persist: the driver writes and syncs before it resumes, and the core hears `persisted`. 3. send: votes,
 * acknowledgements and whatever else speaks of what was just synced (thesis 3.8). 4. the rest, which concerns this
 * node alone: none of it may show what a crash could take back, hence last. A driver performs each effect completely
 * before it resumes; it may stop at any of them, which is a crash.
 */
import type { EntryRun } from './entries.js';
import type { Configuration, Input, RaftMessage } from './messages.js';
import type {
  Leadership,
  Persist,
  ReadAnswer,
  Ready,
  RequestAnswer,
  SnapshotRead,
  SnapshotWrite,
  TimerCommand,
} from './ready.js';
import type { RaftState } from './state.js';
import { step } from './step.js';
import { takeReady } from './take-ready.js';

export type TurnEffect =
  | { readonly kind: 'send'; readonly messages: readonly RaftMessage[] }
  | { readonly kind: 'persist'; readonly persist: Persist }
  | { readonly kind: 'apply'; readonly runs: readonly EntryRun[] }
  | { readonly kind: 'reads'; readonly reads: readonly ReadAnswer[] }
  | { readonly kind: 'answers'; readonly answers: readonly RequestAnswer[] }
  | { readonly kind: 'timers'; readonly timers: readonly TimerCommand[] }
  | { readonly kind: 'snapshotReads'; readonly snapshotReads: readonly SnapshotRead[] }
  | { readonly kind: 'snapshotWrites'; readonly snapshotWrites: readonly SnapshotWrite[] }
  | { readonly kind: 'leadership'; readonly leadership: Leadership }
  | { readonly kind: 'configuration'; readonly configuration: Configuration };

export function* performTurn(state: RaftState, inputs: readonly Input[]): Generator<TurnEffect, void, void> {
  for (const input of inputs) step(state, input);
  for (let ready = takeReady(state); ready !== null; ready = takeReady(state)) {
    if (ready.sendNow.length > 0) yield { kind: 'send', messages: ready.sendNow };
    if (ready.persist !== null) {
      yield { kind: 'persist', persist: ready.persist };
      step(state, { kind: 'persisted', sequence: ready.persist.sequence });
    }
    if (ready.sendAfterPersist.length > 0) yield { kind: 'send', messages: ready.sendAfterPersist };
    for (const effect of ownEffects(ready)) yield effect;
  }
}

/** 4. */
function ownEffects(ready: Ready): TurnEffect[] {
  const effects: TurnEffect[] = [];
  if (ready.apply.length > 0) effects.push({ kind: 'apply', runs: ready.apply });
  if (ready.reads.length > 0) effects.push({ kind: 'reads', reads: ready.reads });
  if (ready.answers.length > 0) effects.push({ kind: 'answers', answers: ready.answers });
  if (ready.timers.length > 0) effects.push({ kind: 'timers', timers: ready.timers });
  if (ready.snapshotReads.length > 0) effects.push({ kind: 'snapshotReads', snapshotReads: ready.snapshotReads });
  if (ready.snapshotWrites.length > 0) effects.push({ kind: 'snapshotWrites', snapshotWrites: ready.snapshotWrites });
  if (ready.leadership !== null) effects.push({ kind: 'leadership', leadership: ready.leadership });
  if (ready.configuration !== null) effects.push({ kind: 'configuration', configuration: ready.configuration });
  return effects;
}
