/** The swarm on several threads: seeds are handed out one by one, and some of them twice, to two threads. */
import { Worker } from 'node:worker_threads';
import type { NodeRange } from '../plan.js';
import type { SimulationResult } from '../simulation.js';
import { addRepetition, addResult, createTotals, type Totals } from '../totals.js';

export interface SeedRequest {
  readonly seed: number;
  readonly nodes: NodeRange | null;
}

export interface SwarmOptions {
  readonly from: number;
  readonly nodes: NodeRange | null;
  readonly threads: number;
  /** One seed of so many runs twice. */
  readonly repeatOneIn: number;
  /** Asked before each seed: false ends the run, once those begun have come to their end. */
  readonly goesOn: (totals: Totals) => boolean;
  readonly onResult?: (totals: Totals) => void;
}

/** Handed to a thread in advance, so that it never waits for the next. */
const SEEDS_IN_ADVANCE = 2;
/** Nearly all that a seed makes is garbage soon: collected less often, it costs less. */
const YOUNG_GENERATION = { maxYoungGenerationSizeMb: 192 };

export async function runSwarm(options: SwarmOptions): Promise<Totals> {
  const swarm = new Swarm(options);
  try {
    await swarm.run();
  } finally {
    await swarm.close();
  }
  return swarm.totals;
}

class Swarm {
  readonly totals = createTotals();
  readonly #options: SwarmOptions;
  readonly #threads: Thread[];
  /** By thread: results of another one, whose seeds are to run again in it. */
  readonly #toRepeat: SimulationResult[][];
  #nextSeed: number;

  constructor(options: SwarmOptions) {
    this.#options = options;
    this.#nextSeed = options.from;
    this.#threads = Array.from({ length: options.threads }, () => new Thread());
    this.#toRepeat = this.#threads.map(() => []);
  }

  async run(): Promise<void> {
    await Promise.all(this.#threads.flatMap((_, at) => Array.from({ length: SEEDS_IN_ADVANCE }, () => this.#work(at))));
    // What the last seeds left to repeat.
    for (const [at, thread] of this.#threads.entries()) await this.#repeatAll(at, thread);
  }

  async #work(at: number): Promise<void> {
    const thread = this.#threads[at];
    while (thread !== undefined && this.#options.goesOn(this.totals)) {
      await this.#repeatAll(at, thread);
      const seed = this.#nextSeed;
      this.#nextSeed += 1;
      const result = await thread.run({ seed, nodes: this.#options.nodes });
      addResult(this.totals, result);
      if ((seed - this.#options.from) % this.#options.repeatOneIn === 0) {
        this.#toRepeat[(at + 1) % this.#threads.length]?.push(result);
      }
      this.#options.onResult?.(this.totals);
    }
  }

  async #repeatAll(at: number, thread: Thread): Promise<void> {
    for (let first = this.#toRepeat[at]?.shift(); first !== undefined; first = this.#toRepeat[at]?.shift()) {
      const second = await thread.run({ seed: first.seed, nodes: this.#options.nodes });
      addRepetition(this.totals, first, second);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

class Thread {
  readonly #worker = new Worker(new URL('./worker.js', import.meta.url), { resourceLimits: YOUNG_GENERATION });
  /** Of those who wait for a result, in the order of their requests. */
  readonly #waiting: {
    readonly resolve: (result: SimulationResult) => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  constructor() {
    this.#worker.on('message', (result: SimulationResult) => this.#waiting.shift()?.resolve(result));
    this.#worker.on('error', (error: unknown) => {
      for (const { reject } of this.#waiting.splice(0))
        reject(error instanceof Error ? error : new Error(String(error)));
    });
  }

  run(request: SeedRequest): Promise<SimulationResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
