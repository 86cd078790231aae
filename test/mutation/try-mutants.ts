/** Tries mutants against the core's suites, two at once: which of them does no suite notice? */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { must } from '../../src/assert.js';
import type { Coverage, ThreadData, Trial, TrialResult } from './mutant-thread.js';
import type { CoreMutant, MutatedCore } from './mutants.js';

const threadFile = new URL('./mutant-thread.js', import.meta.url);
const THREADS = 2;
/** As often as this times what the suites reach it unchanged. */
const HIT_FACTOR = 100;
/** A loop that never comes by its mutated place again: nothing that ends takes as long. */
const TRIAL_TIMEOUT_MS = 40_000;

/** `core`: a fresh thread for each mutant that is reached while modules are loaded. */
export async function findSurvivors(
  core: MutatedCore,
  mutants: readonly CoreMutant[],
  tried: (count: number) => void,
): Promise<CoreMutant[]> {
  const coverage = await cover(core);
  const waiting = [...mutants].reverse();
  const survivors: CoreMutant[] = [];
  let count = 0;
  await Promise.all(
    Array.from({ length: THREADS }, async () => {
      const thread = new MutantThread(core.testFiles);
      for (let mutant = waiting.pop(); mutant !== undefined; mutant = waiting.pop()) {
        if (!(await isKilled(core, mutant, coverage, thread))) survivors.push(mutant);
        tried((count += 1));
      }
      await thread.end();
    }),
  );
  return survivors.sort((a, b) => Number(a.id) - Number(b.id));
}

async function cover({ testFiles }: MutatedCore): Promise<Coverage> {
  const thread = new MutantThread(testFiles);
  const count = await thread.suites();
  const suites = Array.from({ length: count }, (_, position) => position);
  const result = await thread.perform({ mutant: null, suites });
  await thread.end();
  if (result.failedSuite !== null) throw new Error(`suite ${result.failedSuite} fails without any mutation`);
  return must(result.coverage, 'the trial of no mutant tells what is reached');
}

async function isKilled(
  { testFiles }: MutatedCore,
  { id }: CoreMutant,
  coverage: Coverage,
  shared: MutantThread,
): Promise<boolean> {
  const quickestFirst = coverage.suiteMs.map((ms, position) => ({ ms, position })).sort((a, b) => a.ms - b.ms);
  const all = quickestFirst.map(({ position }) => position);
  if (id in coverage.static) {
    const thread = new MutantThread(testFiles, id);
    const killed = await wasNoticed(thread, { mutant: id, suites: all });
    await thread.end();
    return killed;
  }
  const hits = (position: number): number => coverage.perTest[position]?.[id] ?? 0;
  const suites = all.filter((position) => hits(position) > 0);
  const hitLimit = HIT_FACTOR * suites.reduce((sum, position) => sum + hits(position), 0);
  return suites.length > 0 && wasNoticed(shared, { mutant: id, suites, hitLimit });
}

/** A thread that fails to load or never answers has noticed the mutation, too. */
async function wasNoticed(thread: MutantThread, trial: Trial): Promise<boolean> {
  const result = await thread.perform(trial).catch(() => null);
  return result === null || result.failedSuite !== null;
}

/** One that can be ended in the middle of a loop, and begins again when it is next asked for something. */
class MutantThread {
  readonly #data: ThreadData;
  #running: { readonly worker: Worker; readonly suites: Promise<number> } | null = null;

  constructor(testFiles: readonly string[], activeMutant?: string) {
    this.#data = { testFiles, ...(activeMutant === undefined ? {} : { activeMutant }) };
  }

  suites(): Promise<number> {
    return this.#begin().suites;
  }

  async perform(trial: Trial): Promise<TrialResult> {
    const { worker, suites } = this.#begin();
    try {
      await suites;
      const answer = nextMessage<TrialResult>(worker);
      worker.postMessage(trial);
      return await answer;
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.worker.terminate();
  }

  #begin(): { readonly worker: Worker; readonly suites: Promise<number> } {
    if (this.#running !== null) return this.#running;
    const worker = new Worker(threadFile, { workerData: this.#data });
    worker.on('error', () => undefined); // whoever waits for an answer hears it
    const suites = nextMessage<{ suites: number }>(worker).then((loaded) => loaded.suites);
    return (this.#running = { worker, suites });
  }
}

async function nextMessage<T>(worker: Worker): Promise<T> {
  const [message] = (await once(worker, 'message', { signal: AbortSignal.timeout(TRIAL_TIMEOUT_MS) })) as [T];
  return message;
}
