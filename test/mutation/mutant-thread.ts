/**
 * A thread that runs the core's suites against one mutant after another. The suites are loaded once; a mutation of
 * what runs while a module loads needs a thread of its own, which is told so before it loads anything.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../../src/assert.js';

export interface ThreadData {
  readonly testFiles: readonly string[];
  /** Switched on from the start. */
  readonly activeMutant?: string;
}

export interface Trial {
  /** Null: none, to learn which suites reach which mutant. */
  readonly mutant: string | null;
  /** Positions; in this order until one fails. */
  readonly suites: readonly number[];
  /** A mutant that is reached more often than this runs for ever. */
  readonly hitLimit?: number;
}

export interface TrialResult {
  readonly failedSuite: number | null;
  /** Of the trial of no mutant. */
  readonly coverage?: Coverage;
}

type Hits = Readonly<Record<string, number>>;

export interface Coverage {
  /** While modules were loaded. */
  readonly static: Hits;
  readonly perTest: Readonly<Record<string, Hits>>;
  /** Of each suite, in order. */
  readonly suiteMs: readonly number[];
}

/** What the instrumented code reads and writes. */
interface Switches {
  activeMutant: string | undefined;
  currentTestId?: string;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

type Suite = () => Promise<readonly [errors: string | true, ...unknown[]]>;

const { testFiles, activeMutant } = workerData as ThreadData;
const port = must(parentPort, 'this is a thread');
const switches: Switches = { activeMutant };
// uvu hands its suites to whoever has set these, and runs nothing by itself.
const queue: [null, ...Suite[]] = [null];
Object.assign(globalThis, { __stryker__: switches, UVU_DEFER: 1, UVU_QUEUE: [queue] });
process.stdout.write = () => true;

for (const file of testFiles) await import(file);
const [, ...suites] = queue;
port.postMessage({ suites: suites.length });

port.on('message', (trial: Trial) => {
  void perform(trial).then((result) => {
    port.postMessage(result);
  });
});

async function perform({ mutant, suites: wanted, hitLimit }: Trial): Promise<TrialResult> {
  switches.activeMutant = mutant ?? undefined;
  switches.hitCount = mutant === null ? undefined : 0;
  switches.hitLimit = hitLimit;
  const suiteMs: number[] = [];
  let failedSuite: number | null = null;
  for (const position of wanted) {
    const startedAt = performance.now();
    switches.currentTestId = String(position);
    const [errors] = await must(suites[position], 'a suite at each position')();
    suiteMs.push(performance.now() - startedAt);
    if (errors === true) continue;
    failedSuite = position;
    break;
  }
  if (mutant !== null) return { failedSuite };
  const { static: whileLoading, perTest } = must(switches.mutantCoverage, 'the copy is instrumented');
  return { failedSuite, coverage: { static: whileLoading, perTest, suiteMs } };
}
