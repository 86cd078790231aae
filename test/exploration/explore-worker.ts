/** One thread of an exploration: searches the scenario it is asked for, and tells how far it is. */
import { parentPort } from 'node:worker_threads';
import { must } from '../../src/assert.js';
import { SCENARIOS } from './scenarios.js';
import { search, type SearchResult } from './search.js';

export interface SearchRequest {
  /** Its place in `SCENARIOS`. */
  readonly scenario: number;
  readonly maximumStates: number;
}

export type SearchReport =
  | { readonly kind: 'progress'; readonly states: number; readonly depth: number }
  | { readonly kind: 'result'; readonly result: SearchResult };

const port = must(parentPort, 'a thread of its own');
const tell = (report: SearchReport): void => port.postMessage(report);

port.on('message', ({ scenario, maximumStates }: SearchRequest) => {
  const progress = (states: number, depth: number): void => tell({ kind: 'progress', states, depth });
  tell({ kind: 'result', result: search(must(SCENARIOS[scenario], 'a scenario'), { maximumStates, progress }) });
});
