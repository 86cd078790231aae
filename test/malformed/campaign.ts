/**
 * A great many mutated inputs, by two threads at once. A thread that stands still, or dies of its heap's limit, is a
 * failure of the input that it was at.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { GROUP, TARGETS, type Failure } from './inputs.js';
import type { InputThreadData, Job, JobResult } from './input-thread.js';

const threadFile = new URL('./input-thread.js', import.meta.url);
const THREADS = 2;
const GROUPS_PER_JOB = 16;
/** At one and the same input: nothing that ends takes as long. */
const STANDSTILL_MS = 60_000;
/** What a thread holds before the first input, about 40 MiB, and as much again as an input may take. */
const HEAP_LIMIT_MIB = 40 + 64;
const MAX_FAILURES = 20;

export interface CampaignResult {
  readonly inputs: number;
  readonly refused: number;
  /** The most that memory held on top of what it held before, after a collection. */
  readonly extraBytes: number;
  readonly kinds: number;
  readonly failures: readonly Failure[];
}

export async function tryInputs(
  { inputs, seed }: { readonly inputs: number; readonly seed: number },
  progress: (line: string) => void,
): Promise<CampaignResult> {
  const waiting = jobsFor(inputs).reverse();
  const total = waiting.length;
  const failures: Failure[] = [];
  const result = { inputs: 0, refused: 0, extraBytes: 0 };
  await Promise.all(
    Array.from({ length: THREADS }, async () => {
      let thread = new InputThread(seed);
      for (let job = waiting.pop(); job !== undefined && failures.length < MAX_FAILURES; job = waiting.pop()) {
        const { tally, failures: found } = await thread.perform(job);
        if (thread.ended) thread = new InputThread(seed);
        failures.push(...found);
        result.inputs += tally.accepted + tally.refused;
        result.refused += tally.refused;
        result.extraBytes = Math.max(result.extraBytes, tally.extraBytes);
        progress(`${total - waiting.length} of ${total} parts, ${result.inputs} inputs, ${failures.length} failures`);
      }
      await thread.end();
    }),
  );
  return { ...result, kinds: TARGETS.length, failures };
}

/** Kinds in turn, so that a run that is broken off has tried some of each. */
function jobsFor(inputs: number): Job[] {
  const shares = TARGETS.reduce((sum, { share }) => sum + share, 0);
  const jobs = TARGETS.flatMap(({ kind, share }) => {
    const groups = Math.ceil((inputs * share) / shares / GROUP);
    return Array.from({ length: Math.ceil(groups / GROUPS_PER_JOB) }, (_, part): Job => {
      const firstGroup = part * GROUPS_PER_JOB;
      return { kind, firstGroup, groups: Math.min(GROUPS_PER_JOB, groups - firstGroup) };
    });
  });
  return jobs.sort((a, b) => a.firstGroup - b.firstGroup);
}

class InputThread {
  ended = false;
  readonly #seed: number;
  readonly #place = new Float64Array(new SharedArrayBuffer(8));
  readonly #worker: Worker;

  constructor(seed: number) {
    this.#seed = seed;
    const workerData: InputThreadData = { seed, place: this.#place };
    this.#worker = new Worker(threadFile, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB },
    });
    this.#worker.on('error', () => undefined); // whoever waits for an answer hears it
  }

  async perform(job: Job): Promise<JobResult> {
    const standstill = new AbortController();
    let before = -1;
    // eslint-disable-next-line no-restricted-globals -- a watchdog: nothing waits for it
    const watchdog = setInterval(() => {
      if (this.#place[0] === before) standstill.abort();
      before = this.#place[0] ?? 0;
    }, STANDSTILL_MS);
    this.#worker.postMessage(job);
    try {
      const [result] = (await once(this.#worker, 'message', { signal: standstill.signal })) as [JobResult];
      return result;
    } catch (error) {
      await this.end();
      const cause = standstill.signal.aborted ? 'it never ends' : String(error);
      const failure = { kind: job.kind, seed: this.#seed, number: this.#place[0] ?? 0, problem: cause };
      return { tally: { accepted: 0, refused: 0, extraBytes: 0 }, failures: [failure] };
    } finally {
      clearInterval(watchdog);
    }
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.#worker.terminate();
  }
}
