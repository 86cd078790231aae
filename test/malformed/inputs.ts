/**
 * Mutated inputs by number. They come in groups with fresh state and a generator of their own, so that any one can be
 * replayed from the start of its group: (kind, seed, number) says all.
 */
import { setFlagsFromString, getHeapStatistics } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { must } from '../../src/assert.js';
import { createRandom } from '../../src/random.js';
import { batches, envelopes, proposals, requestIds } from './entry-targets.js';
import { kcatFiles, reassignmentFiles, topicFiles } from './format-targets.js';
import { operations, queries } from './metadata-targets.js';
import { contents, files } from './snapshot-targets.js';
import { dataFolders, logs, marks, records } from './storage-targets.js';
import type { Target } from './target.js';

export const TARGETS: readonly Target[] = [
  ...[operations, queries, envelopes, requestIds, batches, proposals],
  ...[records, logs, marks, dataFolders, contents, files, topicFiles, kcatFiles, reassignmentFiles],
];

export const GROUP = 256;
const MAX_EXTRA_BYTES = 64 * 1024 * 1024;
/** Of the usual time of an input of that kind. */
const TIMES_AS_LONG = 10_000;
const SAMPLE_EVERY = 4;
const ATTEMPTS = 4;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

export interface Tally {
  accepted: number;
  refused: number;
  /** Of what memory held after a collection, over what it held before the first input. */
  extraBytes: number;
}

export interface Failure {
  readonly kind: string;
  readonly seed: number;
  readonly number: number;
  readonly problem: string;
}

export function targetOf(kind: string): Target {
  return must(
    TARGETS.find((target) => target.kind === kind),
    `no kind is called ${kind}`,
  );
}

/** Null: every rule held. What was slow is tried again: on a busy machine anything is, once in a while. */
export function tryGroup(target: Target, seed: number, group: number, watch: InputWatch): Failure | null {
  let suspects: readonly number[] | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    watch.slow = [];
    const failure = tryInputs(target, seed, group, watch);
    if (failure !== null) return failure;
    const { slow } = watch;
    suspects = suspects === null ? slow : suspects.filter((number) => slow.includes(number));
    if (suspects.length === 0) return null;
  }
  const problem = `it took too many times as long as is usual, ${ATTEMPTS} times in a row`;
  return { kind: target.kind, seed, number: must(suspects?.[0], 'a suspect'), problem };
}

function tryInputs(target: Target, seed: number, group: number, watch: InputWatch): Failure | null {
  const { kind } = target;
  const random = createRandom((seed * 0x9e3779b1 + group * 0x85ebca6b + TARGETS.indexOf(target)) >>> 0);
  const tryNext = target.create();
  for (let number = group * GROUP; number < (group + 1) * GROUP; number += 1) {
    watch.begin(number);
    try {
      watch.tally[tryNext(random)] += 1;
    } catch (error) {
      return { kind, seed, number, problem: String(error instanceof Error ? (error.stack ?? error) : error) };
    }
    const problem = watch.end();
    if (problem !== null) return { kind, seed, number, problem };
  }
  return null;
}

/** What inputs cost, of one kind in one thread: compared with each other, never with a clock's absolute figures. */
export class InputWatch {
  readonly tally: Tally = { accepted: 0, refused: 0, extraBytes: 0 };
  readonly #at: (number: number) => void;
  readonly #baseBytes: number;
  #lastBytes: number;
  #count = 0;
  #startedAt = 0;
  readonly #usualMs: number[] = [];
  #limitMs = Infinity;
  readonly #timesAsLong: number;
  #number = 0;
  /** Numbers of those that took too long. */
  slow: number[] = [];

  /** `at` is told each number before it is tried. */
  constructor({ timesAsLong = TIMES_AS_LONG }: Target, at: (number: number) => void) {
    this.#timesAsLong = timesAsLong;
    this.#at = at;
    collectGarbage();
    this.#baseBytes = this.#lastBytes = usedBytes();
  }

  begin(number: number): void {
    this.#number = number;
    this.#at(number);
    this.#startedAt = performance.now();
  }

  /** Why the input that ends here took too much memory; null: it did not. */
  end(): string | null {
    const tookMs = performance.now() - this.#startedAt;
    this.#count += 1;
    if (this.#usualMs.length < GROUP) this.#learn(tookMs);
    if (tookMs > this.#limitMs) this.slow.push(this.#number);
    return this.#count % SAMPLE_EVERY === 0 ? this.#checkMemory() : null;
  }

  #learn(tookMs: number): void {
    this.#usualMs.push(tookMs);
    if (this.#usualMs.length < GROUP) return;
    const median = must(this.#usualMs.sort((a, b) => a - b)[GROUP >> 1], 'the middle of them');
    this.#limitMs = median * this.#timesAsLong;
  }

  #checkMemory(): string | null {
    const before = this.#lastBytes;
    this.#lastBytes = usedBytes();
    if (this.#lastBytes - before > MAX_EXTRA_BYTES) return `it took ${this.#lastBytes - before} bytes at once`;
    if (this.#lastBytes - this.#baseBytes <= MAX_EXTRA_BYTES) return null;
    collectGarbage();
    this.#lastBytes = usedBytes();
    const extra = this.#lastBytes - this.#baseBytes;
    this.tally.extraBytes = Math.max(this.tally.extraBytes, extra);
    return extra > MAX_EXTRA_BYTES ? `memory holds ${extra} bytes more than before the first input` : null;
  }
}

function usedBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}
