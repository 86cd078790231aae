/** A thread that tries groups of mutated inputs of one kind after another, and writes down where it is. */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../../src/assert.js';
import { InputWatch, targetOf, tryGroup, type Failure, type Tally } from './inputs.js';

export interface InputThreadData {
  readonly seed: number;
  /** One number: the input that is being tried, in case that it never ends. */
  readonly place: Float64Array;
}

export interface Job {
  readonly kind: string;
  readonly firstGroup: number;
  readonly groups: number;
}

export interface JobResult {
  readonly tally: Tally;
  readonly failures: readonly Failure[];
}

const { seed, place } = workerData as InputThreadData;
const port = must(parentPort, 'this is a thread');

port.on('message', ({ kind, firstGroup, groups }: Job) => {
  const target = targetOf(kind);
  const watch = new InputWatch(target, (number) => {
    place[0] = number;
  });
  const failures: Failure[] = [];
  for (let group = firstGroup; group < firstGroup + groups; group += 1) {
    const failure = tryGroup(target, seed, group, watch);
    if (failure !== null) failures.push(failure);
  }
  const result: JobResult = { tally: watch.tally, failures };
  port.postMessage(result);
});
