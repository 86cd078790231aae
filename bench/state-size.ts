/**
 * What does a large state cost? The state machine alone, in this thread: one leader change by itself, and in batches
 * of 256, over 100 to a million partitions. The changes jump about among all partitions. A change of 100,000 is held
 * against the same of 1,000 in the same run.
 */
import { must } from '../src/assert.js';
import { cpuTimeNs } from './cpu-time.js';
import { median, quantity, type Figure } from './figure.js';
import { fillMachine, type FilledMachine } from './filled-machine.js';

const BATCH = 256;
const goals = { aloneUs: 30, inBatchUs: 10, timesSmall: 3 };
const warmUpRounds = 3;
const heldPartitions = 100_000;
const smallPartitions = 1_000;

interface Costs {
  readonly aloneUs: number;
  readonly inBatchUs: number;
  readonly note: string;
}

export function measureStateSize({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const sizes = [100, smallPartitions, 10_000, heldPartitions, ...(quick ? [] : [1_000_000])];
  const rounds = quick ? 8 : 30;
  const costs = new Map(sizes.map((partitions) => [partitions, measureCosts(fillMachine(partitions), rounds)]));
  const small = must(costs.get(smallPartitions), 'measured above');
  return Promise.resolve([...costs].flatMap(([partitions, each]) => figures(partitions, each, small)));
}

function measureCosts(filled: FilledMachine, rounds: number): Costs {
  const alone: number[] = [];
  const inBatch: number[] = [];
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const aloneUs = timeUs(filled, 1, BATCH);
    const inBatchUs = timeUs(filled, BATCH, 16);
    if (round < 0) continue;
    alone.push(aloneUs);
    inBatch.push(inBatchUs);
  }
  const note = (sample: readonly number[]): string =>
    `${quantity(Math.min(...sample), 'µs')} to ${quantity(Math.max(...sample), 'µs')}`;
  return { aloneUs: median(alone), inBatchUs: median(inBatch), note: `alone ${note(alone)}, batch ${note(inBatch)}` };
}

/** Of one operation, in so many batches of that length. */
function timeUs(filled: FilledMachine, batchLength: number, batches: number): number {
  const commands = Array.from({ length: batches }, () => filled.nextCommands(batchLength));
  const ns = cpuTimeNs(() => {
    for (const batch of commands) filled.applyAll(batch);
  });
  return ns / 1000 / (batches * batchLength);
}

function figures(partitions: number, { aloneUs, inBatchUs, note }: Costs, small: Costs): Figure[] {
  const state = `${partitions.toLocaleString('en-US')} partitions`;
  const isHeld = partitions === heldPartitions;
  const atMost = (most: number): Pick<Figure, 'goal'> => (isHeld ? { goal: { atMost: most } } : {});
  const times = (value: number, of: string): Figure => {
    const name = `${state}: one update ${of}, in times of that at ${smallPartitions.toLocaleString('en-US')}`;
    return { name, value, unit: 'x', goal: { atMost: goals.timesSmall }, note: '' };
  };
  return [
    {
      name: `${state}: one update alone`,
      value: aloneUs,
      unit: 'µs',
      ...atMost(goals.aloneUs),
      chart: { chart: 'update-by-partitions', series: 'alone', at: partitions },
      note,
    },
    {
      name: `${state}: one of a batch of ${BATCH}`,
      value: inBatchUs,
      unit: 'µs',
      ...atMost(goals.inBatchUs),
      chart: { chart: 'update-by-partitions', series: `one of a batch of ${BATCH}`, at: partitions },
      note: '',
    },
    ...(isHeld ? [times(aloneUs / small.aloneUs, 'alone'), times(inBatchUs / small.inBatchUs, 'of a batch')] : []),
  ];
}
