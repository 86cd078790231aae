/** Searches all scenarios with two threads, each with a table of visited states of its own. */
import { Worker } from 'node:worker_threads';
import { must } from '../../src/assert.js';
import type { SearchReport, SearchRequest } from './explore-worker.js';
import { SCENARIOS } from './scenarios.js';
import type { SearchResult } from './search.js';

const THREADS = 2;

export interface ExploreOptions {
  /** Of each scenario. */
  readonly maximumStates: number;
  readonly progress: (line: string) => void;
  readonly found: (result: SearchResult) => void;
}

export async function exploreAll(options: ExploreOptions): Promise<SearchResult[]> {
  const queue = SCENARIOS.map((_, scenario) => scenario);
  const results: SearchResult[] = [];
  const explore = async (): Promise<void> => {
    const worker = new Worker(new URL('./explore-worker.js', import.meta.url));
    try {
      for (let scenario = queue.shift(); scenario !== undefined; scenario = queue.shift()) {
        const result = await askWorker(worker, scenario, options);
        results.push(result);
        options.found(result);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: THREADS }, explore));
  return results;
}

function askWorker(worker: Worker, scenario: number, options: ExploreOptions): Promise<SearchResult> {
  const { maximumStates, progress } = options;
  const { name } = must(SCENARIOS[scenario], 'a scenario');
  return new Promise((resolve, reject) => {
    worker.removeAllListeners();
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`the exploring thread ended with ${code}`));
    });
    worker.on('message', (report: SearchReport) => {
      if (report.kind === 'result') resolve(report.result);
      else progress(`${name}: ${report.states.toLocaleString('en')} states, depth ${report.depth}`);
    });
    const request: SearchRequest = { scenario, maximumStates };
    worker.postMessage(request);
  });
}
