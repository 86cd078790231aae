/**
 * Client sessions (thesis 6.3): which writes of each were answered, and how. Bounded by count; the one whose last entry
 * has the lowest log index goes first, so every node forgets the same. Captures are frozen: a session that changes
 * after a capture is copied first.
 */
import { must } from '../assert.js';
import { canonicalJson } from './canonical-json.js';
import type { Outcome } from './outcome.js';
import { outcomeFromJson, outcomeToJson } from './outcome.js';

export const MAX_SESSIONS = 10_000;

export interface Session {
  readonly id: string;
  /** Log index of the entry that opened it. */
  readonly openedIndex: number;
  /** Log index of its latest entry. */
  readonly usedIndex: number;
  /** Answers below are dropped; a write below is never executed. */
  readonly lowestUnanswered: number;
  readonly answers: ReadonlyMap<number, Outcome>;
}

interface KeptSession extends Session {
  usedIndex: number;
  lowestUnanswered: number;
  readonly answers: Map<number, Outcome>;
  /** The capture it may be part of. */
  readonly generation: number;
}

export class SessionTable {
  /** In order of `usedIndex`. */
  readonly #sessions = new Map<string, KeptSession>();
  /** Counts captures: what is of an earlier generation may be held by one. */
  #generation = 0;

  /** Opens a session, or finds it open. */
  open(id: string, index: number): Session {
    const known = this.use(id, index, 0);
    if (known !== undefined) return known;
    const session = {
      id,
      openedIndex: index,
      usedIndex: index,
      lowestUnanswered: 1,
      answers: new Map<number, Outcome>(),
      generation: this.#generation,
    };
    this.#sessions.set(id, session);
    if (this.#sessions.size > MAX_SESSIONS) this.#sessions.delete(must(this.#sessions.keys().next().value, 'oldest'));
    return session;
  }

  find(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /**
   * The session with this entry taken note of: it is the latest used, and drops what its client no longer waits for.
   */
  use(id: string, index: number, lowestUnanswered: number): Session | undefined {
    const session = this.#writable(id);
    if (session === undefined) return undefined;
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    session.usedIndex = index;
    dropBelow(session, lowestUnanswered);
    return session;
  }

  /** Of a session that is known. */
  remember(id: string, sequence: number, outcome: Outcome): void {
    must(this.#writable(id), 'answers are remembered for known sessions').answers.set(sequence, outcome);
  }

  /** In order of `usedIndex`; changes show. */
  list(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** The same, frozen. */
  capture(): readonly Session[] {
    this.#generation += 1;
    return this.list();
  }

  replaceAll(sessions: Iterable<Session>): void {
    this.#sessions.clear();
    for (const session of sessions) {
      this.#sessions.set(session.id, { ...session, answers: new Map(session.answers), generation: this.#generation });
    }
  }

  #writable(id: string): KeptSession | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || session.generation === this.#generation) return session;
    const copy = { ...session, answers: new Map(session.answers), generation: this.#generation };
    this.#sessions.set(id, copy);
    return copy;
  }
}

export function sessionToLine(session: Session): string {
  const { id, openedIndex, usedIndex, lowestUnanswered } = session;
  const answers = [...session.answers]
    .sort(([a], [b]) => a - b)
    .map(([sequence, outcome]) => [sequence, outcomeToJson(outcome)]);
  return canonicalJson({ id, openedIndex, usedIndex, lowestUnanswered, answers });
}

/** Of what `sessionToLine` wrote. */
export function sessionFromLine(line: string): Session {
  const json = JSON.parse(line) as Omit<Session, 'answers'> & { answers: [number, unknown][] };
  return { ...json, answers: new Map(json.answers.map(([sequence, outcome]) => [sequence, outcomeFromJson(outcome)])) };
}

function dropBelow(session: KeptSession, lowest: number): void {
  if (lowest <= session.lowestUnanswered) return;
  // Whichever is shorter: the sequences passed over, or the answers held.
  if (lowest - session.lowestUnanswered <= session.answers.size) {
    for (let sequence = session.lowestUnanswered; sequence < lowest; sequence += 1) session.answers.delete(sequence);
  } else {
    for (const sequence of session.answers.keys()) if (sequence < lowest) session.answers.delete(sequence);
  }
  session.lowestUnanswered = lowest;
}
