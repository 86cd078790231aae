/**
 * The layer that executes each command once, under a drawn log in which writes stand again and again: resent by their
 * session, sent by another session under the same request id, after their session was forgotten. One replica applies
 * entry by entry, one in batches and through snapshots.
 */
import { isDeepStrictEqual } from 'node:util';
import { must } from '../../../src/assert.js';
import { packPayloads, type EntryRun } from '../../../src/raft/entries.js';
import { createRandom, drawChance, drawInteger, type Random } from '../../../src/random.js';
import { joinBytes } from '../../../src/state-machine/canonical-json.js';
import { sealEnvelope, sealOpening, type Answer } from '../../../src/state-machine/envelope.js';
import {
  createReplicatedState,
  type CapturedReplicatedState,
  type ReplicatedState,
} from '../../../src/state-machine/exactly-once.js';
import { demand } from './finding.js';
import { encodeCommand, Recorder } from './recorder.js';

const ENTRIES = 120;
const LARGEST_BATCH = 10;
const nobody = { voters: [], learners: [] };

interface Writing {
  readonly id: string;
  next: number;
  lowest: number;
}

interface LogEntry {
  readonly payload: Uint8Array;
  /** Of the write that it is or repeats; null: it opens a session. */
  readonly operation: string | null;
  /** Stands in the log for the first time, in a session that is known. */
  readonly isFirst: boolean;
}

export function repeatWrites(seed: number): void {
  const random = createRandom(seed);
  const forgets = drawChance(random, 0.5);
  const log = drawLog(random, forgets);
  const bounds = forgets ? ([2, 12] as const) : ([log.length, 2 * log.length] as const);
  const recorder = new Recorder();
  const single = createReplicatedState(recorder, nobody, ...bounds);
  const answers = new Map<string, Answer>();
  const given: Answer[] = [];
  log.forEach((entry, position) => {
    const [answer] = single.applyRuns([runOf(position + 1, [entry])]);
    if (answer === undefined) return;
    checkAnswer(entry, answer, { answers, forgets });
    demandOnce(recorder.executed);
    given.push(answer);
  });
  const other = applyInBatches(log, random, { bounds, given });
  demand(other.digest() === single.digest(), 'equal states', () => 'batches and snapshots give another state');
}

/** `forgets`: more sessions and answers than are remembered. */
function drawLog(random: Random, forgets: boolean): LogEntry[] {
  const log: LogEntry[] = [];
  const sessions: Writing[] = [];
  for (let count = 0; log.length < ENTRIES; count += 1) {
    if (sessions.length === 0 || drawChance(random, forgets ? 0.1 : 0.03)) {
      const id = String.fromCharCode(65 + sessions.length).repeat(16);
      sessions.push({ id, next: 1, lowest: 1 });
      log.push({ payload: sealOpening(id, log.length), operation: null, isFirst: true });
      continue;
    }
    const repeated = log[drawInteger(random, 0, log.length)];
    if (drawChance(random, 0.35) && repeated !== undefined) log.push({ ...repeated, isFirst: false });
    else log.push(drawWrite(random, must(sessions[drawInteger(random, 0, sessions.length)], 'session'), count));
  }
  return log;
}

/** Often one that carries the user's own id, which several sessions may use for the same operation. */
function drawWrite(random: Random, session: Writing, count: number): LogEntry {
  const requestId = drawChance(random, 0.3) ? `id-${drawInteger(random, 0, 12)}` : undefined;
  const operation = requestId ?? `write-${count}`;
  if (drawChance(random, 0.2)) session.lowest = drawInteger(random, session.lowest, session.next + 1);
  const sequence = session.next;
  session.next += 1;
  const place = { session: session.id, sequence, lowestUnanswered: session.lowest, fingerprint: operation.length };
  const envelope = requestId === undefined ? place : { ...place, requestId };
  const payload = sealEnvelope(envelope, encodeCommand(operation));
  return { payload, operation, isFirst: true };
}

interface Told {
  /** The first of each operation. */
  readonly answers: Map<string, Answer>;
  readonly forgets: boolean;
}

function checkAnswer({ operation, isFirst }: LogEntry, answer: Answer, { answers, forgets }: Told): void {
  if (operation === null) return;
  const { index, refusal } = answer;
  demand(
    refusal === undefined || forgets || !isFirst,
    'first write',
    () => `${operation}, in a session that is known: ${refusal ?? ''}`,
  );
  if (refusal !== undefined) return;
  const first = answers.get(operation);
  if (first === undefined) answers.set(operation, answer);
  else {
    demand(
      first.index === index && isDeepStrictEqual(first.result, answer.result),
      'same answer again',
      () => `${operation}: first at ${first.index}, now at ${index}`,
    );
  }
}

function demandOnce(executed: readonly string[]): void {
  const twice = executed.find((name, place) => executed.indexOf(name) < place);
  demand(twice === undefined, 'exactly once', () => `${twice ?? ''} was executed twice`);
}

interface Expected {
  /** Of sessions, and of answers. */
  readonly bounds: readonly [number, number];
  /** By the other replica, one for each entry. */
  readonly given: readonly Answer[];
}

function applyInBatches(log: readonly LogEntry[], random: Random, { bounds, given }: Expected): ReplicatedState {
  let recorder = new Recorder();
  let state = createReplicatedState(recorder, nobody, ...bounds);
  let captured: Captured | null = null;
  for (let start = 0; start < log.length;) {
    const size = drawInteger(random, 1, LARGEST_BATCH);
    const answers = state.applyRuns([runOf(start + 1, log.slice(start, start + size))]);
    const same = isDeepStrictEqual(answers, given.slice(start, start + size));
    demand(same, 'same answers everywhere', () => `to entries from ${start + 1} on`);
    demandOnce(recorder.executed);
    start = Math.min(log.length, start + size);
    if (captured !== null) demandFrozen(captured);
    captured = null;
    if (drawChance(random, 0.4)) continue;
    captured = capture(state, start);
    if (drawChance(random, 0.5)) continue;
    recorder = new Recorder();
    state = createReplicatedState(recorder, nobody, ...bounds);
    const restored = state.restore(captured.bytes, captured.capture.description);
    demand(restored, 'equal states', () => `no snapshot at ${start}`);
  }
  return state;
}

interface Captured {
  readonly capture: CapturedReplicatedState;
  readonly bytes: Uint8Array;
}

function capture(state: ReplicatedState, index: number): Captured {
  const taken = state.capture();
  const { description } = taken;
  demand(
    description.index === index && description.term === index && description.configuration === nobody,
    'what a snapshot says of itself',
    () => `index ${description.index}, term ${description.term} after entry ${index} of term ${index}`,
  );
  return { capture: taken, bytes: joinBytes(taken.serialize()) };
}

/** Writes go on while a snapshot is written. */
function demandFrozen({ capture: taken, bytes }: Captured): void {
  demand(
    Buffer.from(bytes).equals(joinBytes(taken.serialize())),
    'frozen snapshot',
    () => `the one at ${taken.description.index} changes with later entries`,
  );
}

/** The term is the index of the last entry: told apart from any other. */
function runOf(firstIndex: number, entries: readonly LogEntry[]): EntryRun {
  const payloads = packPayloads(entries.map(({ payload }) => payload));
  return { firstIndex, term: firstIndex + entries.length - 1, ...payloads };
}
