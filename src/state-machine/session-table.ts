/**
 * Client sessions (thesis 6.3): which writes of each were answered, and how. Sessions are bounded by count, and so are
 * their answers, of all together; of either, those whose session's last entry has the lowest log index go first, so
 * every node forgets the same. A session that was evicted is never opened again, by a copy of the entry that opened it:
 * what its writes came to is not known any more. Captures are frozen: what changes after one is copied first.
 */
import { assert, must } from '../assert.js';
import { isPlace } from '../raft/well-formed.js';
import { canonicalJson } from './canonical-json.js';
import type { Outcome } from './outcome.js';
import { outcomeFromJson, outcomeToJson } from './outcome.js';

export const MAX_SESSIONS = 10_000;
/** Of all sessions. */
export const MAX_ANSWERS = 100_000;
/** Of the bound, once it was passed. */
const KEPT_SHARE = 0.9;

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

/** Everything that is known of sessions. */
export interface SessionRecords {
  /** The `usedIndex` of the session that was evicted last; 0 before the first. */
  readonly horizon: number;
  /** In order of `usedIndex`, which is above the horizon. */
  readonly sessions: readonly Session[];
}

export class SessionTable {
  readonly #maxSessions: number;
  readonly #maxAnswers: number;
  /** In order of `usedIndex`. */
  readonly #sessions = new Map<string, KeptSession>();
  /** The one at the end of `#sessions`, which most entries are of. */
  #latest: KeptSession | undefined;
  #horizon = 0;
  /** Of all sessions. */
  #answersKept = 0;
  /** Counts captures: what is of an earlier generation may be held by one. */
  #generation = 0;

  constructor(maxSessions: number, maxAnswers: number) {
    this.#maxSessions = maxSessions;
    this.#maxAnswers = maxAnswers;
  }

  /** Opens a session, or finds it open; undefined: it may be one that was evicted. `knownIndex`: see `sealOpening`. */
  open(id: string, index: number, knownIndex: number): Session | undefined {
    const known = this.use(id, index, 0);
    if (known !== undefined) return known;
    if (knownIndex < this.#horizon) return undefined;
    const session = {
      id,
      openedIndex: index,
      usedIndex: index,
      lowestUnanswered: 1,
      answers: new Map<number, Outcome>(),
      generation: this.#generation,
    };
    this.#append(session);
    if (this.#sessions.size > this.#maxSessions) this.#evictOldest();
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
    if (session !== this.#latest) {
      this.#sessions.delete(id);
      this.#append(session);
    }
    session.usedIndex = index;
    this.#answersKept -= dropBelow(session, lowestUnanswered);
    return session;
  }

  /** Of a session that is known. */
  remember(id: string, sequence: number, outcome: Outcome): void {
    const { answers } = must(this.#writable(id), 'answers are remembered for known sessions');
    this.#answersKept -= answers.size;
    answers.set(sequence, outcome);
    this.#answersKept += answers.size;
    if (this.#answersKept > this.#maxAnswers) this.#dropOldestAnswers();
  }

  /** Changes show. */
  list(): SessionRecords {
    return { horizon: this.#horizon, sessions: [...this.#sessions.values()] };
  }

  /** The same, frozen. */
  capture(): SessionRecords {
    this.#generation += 1;
    return this.list();
  }

  replaceAll({ horizon, sessions }: SessionRecords): void {
    this.#horizon = horizon;
    this.#sessions.clear();
    this.#latest = undefined;
    this.#answersKept = 0;
    for (const session of sessions) {
      this.#append({ ...session, answers: new Map(session.answers), generation: this.#generation });
      this.#answersKept += session.answers.size;
    }
  }

  #evictOldest(): void {
    const oldest = must(this.#sessions.values().next().value, 'oldest');
    this.#sessions.delete(oldest.id);
    this.#horizon = oldest.usedIndex;
    this.#answersKept -= oldest.answers.size;
  }

  /**
   * More than need be, so that few writes come to this. Not of the session in use, the last: its client bounds them.
   * The others stay open: what is above their answers was never executed.
   */
  #dropOldestAnswers(): void {
    const inUse = must(this.#latest, 'the session in use');
    const enough = Math.max(inUse.answers.size, Math.floor(this.#maxAnswers * KEPT_SHARE));
    for (const session of this.#sessions.values()) {
      if (this.#answersKept <= enough) return;
      if (session.answers.size === 0) continue;
      this.#answersKept -= session.answers.size;
      const lowestUnanswered = highestOf(session.answers.keys()) + 1;
      // Another object, whether or not a capture holds this one: nothing is to be copied.
      this.#sessions.set(session.id, { ...session, lowestUnanswered, answers: new Map() });
    }
  }

  #append(session: KeptSession): void {
    this.#sessions.set(session.id, session);
    this.#latest = session;
  }

  #writable(id: string): KeptSession | undefined {
    const session = this.#latest?.id === id ? this.#latest : this.#sessions.get(id);
    if (session === undefined || session.generation === this.#generation) return session;
    const copy = { ...session, answers: new Map(session.answers), generation: this.#generation };
    this.#sessions.set(id, copy);
    if (session === this.#latest) this.#latest = copy;
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

/** Throws on what `sessionToLine` did not write. */
export function sessionFromLine(line: string): Session {
  const json = JSON.parse(line) as Omit<Session, 'answers'> & { answers: [number, unknown][] };
  const { id, openedIndex, usedIndex, lowestUnanswered } = json;
  const answers = new Map(json.answers.map(([sequence, outcome]) => [sequence, outcomeFromJson(outcome)]));
  const counts = [openedIndex, usedIndex, lowestUnanswered, ...answers.keys()];
  assert(typeof id === 'string' && counts.every(isPlace), 'a session has an id and counts');
  return { id, openedIndex, usedIndex, lowestUnanswered, answers };
}

/** How many answers it had below. */
function dropBelow(session: KeptSession, lowest: number): number {
  if (lowest <= session.lowestUnanswered) return 0;
  const held = session.answers.size;
  // Whichever is shorter: the sequences passed over, or the answers held.
  if (lowest - session.lowestUnanswered <= session.answers.size) {
    for (let sequence = session.lowestUnanswered; sequence < lowest; sequence += 1) session.answers.delete(sequence);
  } else {
    for (const sequence of session.answers.keys()) if (sequence < lowest) session.answers.delete(sequence);
  }
  session.lowestUnanswered = lowest;
  return held - session.answers.size;
}

function highestOf(sequences: Iterable<number>): number {
  let highest = 0;
  for (const sequence of sequences) highest = Math.max(highest, sequence);
  return highest;
}
