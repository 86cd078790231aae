/**
 * The client's way of writes against leaders that come and go: what a leader had not committed is lost with it, what it
 * answered may come late, sessions are forgotten, deadlines pass, calls are aborted. Then a leader that stays.
 */
import { clientLimits } from '../../../src/client/limits.js';
import { AbortWatch } from '../../../src/client/aborts.js';
import { neverSent } from '../../../src/client/outcomes.js';
import { Proposals } from '../../../src/client/proposals.js';
import type { Writer } from '../../../src/client/write.js';
import { ClusterError } from '../../../src/errors.js';
import type { HostToEngine } from '../../../src/engine/engine.js';
import { payloadBytes, type PackedPayloads } from '../../../src/raft/entries.js';
import { createRandom, drawChance, drawInteger, type Random } from '../../../src/random.js';
import { packAnswers } from '../../../src/state-machine/answer-runs.js';
import type { Answer } from '../../../src/state-machine/envelope.js';
import { createReplicatedState, type ReplicatedState } from '../../../src/state-machine/exactly-once.js';
import { demand } from './finding.js';
import { encodeCommand, Recorder } from './recorder.js';

const STEPS = 150;
const WRITERS = 3;
const LARGE_BYTES = 400_000;
/** How many writes are large: in one seed of ten, or otherwise. */
const LARGE_RATES = [0.3, 0.01] as const;
/** Deadlines are in steps. */
const LONGEST_DEADLINE = 40;

/** One call, and what became of it. */
interface WriteCall {
  readonly name: string;
  readonly writer: number;
  outcome: { readonly index: number } | ClusterError | null;
  repeated: boolean;
}

export async function write(seed: number): Promise<void> {
  const run = new ClientRun(createRandom(seed));
  for (let step = 0; step < STEPS; step += 1) run.step();
  run.settleDown();
  await settled();
  run.repeatUnknown();
  run.settleDown();
  await settled();
  run.endAll();
  await settled();
  run.check();
}

/** Every reaction to what has happened has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

class ClientRun {
  readonly #random: Random;
  readonly #largeRate: number;
  readonly #recorder = new Recorder();
  readonly #state: ReplicatedState;
  readonly #calls: WriteCall[] = [];
  readonly #writers: Writer[] = Array.from({ length: WRITERS }, () => ({ nodeId: null, session: null }));
  readonly #aborts: AbortController[] = [];
  readonly #proposals = new Proposals({
    aborts: new AbortWatch(),
    leaderId: () => (this.#queue === null ? null : this.#terms),
    neverSent: (cause) => neverSent(cause, null, null),
    scheduleFlush: () => {
      this.#flushWanted = true;
    },
  });
  #flushWanted = false;
  #terms = 0;
  /** What the leader has been sent and has not committed; null: nobody leads. */
  #queue: PackedPayloads[] | null = null;
  /** On their way to the host. */
  #answers: Answer[][] = [];
  #now = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#largeRate = LARGE_RATES[drawChance(random, 0.1) ? 0 : 1];
    this.#state = createReplicatedState(this.#recorder, { voters: [], learners: [] }, drawInteger(random, 1, 6));
  }

  step(): void {
    const kind = drawInteger(this.#random, 0, 20);
    if (kind < 6) this.#submit(drawInteger(this.#random, 0, WRITERS));
    else if (kind < 10) this.#flush();
    else if (kind < 14) this.#commit();
    else if (kind < 17) this.#receive();
    else if (kind < 18) this.#changeLeader();
    else if (kind < 19) this.#aborts.pop()?.abort();
    this.#now += 1;
    this.#proposals.endDue(this.#now);
  }

  /** A leader stays until nothing moves any more. */
  settleDown(): void {
    this.#lead();
    do {
      this.#flush();
      this.#commit();
      this.#receive();
    } while (this.#flushWanted || (this.#queue?.length ?? 0) > 0 || this.#answers.length > 0);
  }

  /** Under the id of its error, by another writer: it may have had an effect. */
  repeatUnknown(): void {
    for (const call of this.#calls) {
      const error = call.outcome;
      if (!(error instanceof ClusterError) || error.code !== 'OutcomeUnknown') continue;
      call.repeated = true;
      this.#propose({ ...call, outcome: null }, { requestId: String(error.details['requestId']), deadline: Infinity });
    }
  }

  endAll(): void {
    for (const call of this.#calls) {
      demand(call.outcome !== null, 'every call settles', () => `${call.name} waits although a leader stayed`);
    }
    this.#proposals.endAll(() => new ClusterError('Stopped', 'the run is over'));
  }

  check(): void {
    const { executed, indexes } = this.#recorder;
    const twice = executed.find((name, place) => executed.indexOf(name) < place);
    demand(twice === undefined, 'exactly once', () => `${twice ?? ''} was executed twice`);
    const last = Array.from({ length: WRITERS }, () => 0);
    for (const { name, writer, outcome, repeated } of this.#calls) {
      const index = indexes.get(name) ?? 0;
      if (outcome instanceof ClusterError) {
        const noEffect = outcome.code !== 'OutcomeUnknown';
        demand(!noEffect || index === 0, 'no effect', () => `${name} ended as ${outcome.code} and was executed`);
      } else {
        demand(
          outcome?.index === index,
          'honest answer',
          () => `${name} was told ${outcome?.index ?? 0}, is at ${index}`,
        );
      }
      if (index === 0 || repeated) continue;
      demand(index > (last[writer] ?? 0), 'call order', () => `${name} overtook an earlier call of its writer`);
      last[writer] = index;
    }
  }

  #submit(writer: number): void {
    const deadline = drawChance(this.#random, 0.4)
      ? this.#now + drawInteger(this.#random, 1, LONGEST_DEADLINE)
      : Number.POSITIVE_INFINITY;
    const call = { name: `write-${this.#calls.length}`, writer, outcome: null, repeated: false };
    this.#calls.push(call);
    this.#propose(call, { requestId: undefined, deadline });
  }

  #propose(call: WriteCall, terms: { readonly requestId: string | undefined; readonly deadline: number }): void {
    const paddingBytes = drawChance(this.#random, this.#largeRate) ? LARGE_BYTES : 0;
    const bytes = encodeCommand(call.name, paddingBytes);
    const abort = new AbortController();
    if (drawChance(this.#random, 0.3)) this.#aborts.push(abort);
    const writer = this.#writers[call.writer] as Writer;
    const command = { bytes, fingerprint: call.name.length };
    const form = (index: number): unknown => ({ index });
    this.#proposals.submit(writer, command, { ...terms, calledAtMs: 0, signal: abort.signal }, form).then(
      (value) => (call.outcome = value as { index: number }),
      (error: unknown) => (call.outcome = error as ClusterError),
    );
  }

  #flush(): void {
    if (!this.#flushWanted) return;
    this.#flushWanted = false;
    this.#proposals.flush();
  }

  /** The next message of the leader's queue. */
  #commit(): void {
    const payloads = this.#queue?.shift();
    if (payloads === undefined) return;
    const run = { firstIndex: this.#state.appliedIndex + 1, term: this.#terms, ...payloads };
    this.#answers.push(this.#state.applyRuns([run]));
  }

  #receive(): void {
    const answers = this.#answers.shift();
    if (answers !== undefined) this.#proposals.answered(packAnswers(answers));
  }

  /** What is left of its queue is lost, and of its answers the last. */
  #changeLeader(): void {
    for (let count = drawInteger(this.#random, 0, 3); count > 0; count -= 1) this.#commit();
    this.#answers.length = Math.min(this.#answers.length, drawInteger(this.#random, 0, 3));
    this.#queue = null;
    if (drawChance(this.#random, 0.5)) this.#proposals.retarget(null);
    else this.#lead();
  }

  #lead(): void {
    this.#terms += 1;
    const queue: PackedPayloads[] = [];
    this.#queue = queue;
    this.#proposals.retarget({
      nodeId: this.#terms,
      admission: 1,
      post: (message: HostToEngine) => {
        if (message.kind !== 'propose') return;
        const { payloads } = message;
        demand(
          payloads.count === 1 || payloadBytes(payloads) <= clientLimits.maxBatchBytes,
          'bounded message',
          () => `${payloads.count} writes of ${payloadBytes(payloads)} bytes together`,
        );
        queue.push(payloads);
      },
    });
  }
}
