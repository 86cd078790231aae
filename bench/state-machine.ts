/**
 * The state machine alone, in this thread, beside what the report of the project that this one follows claims for its
 * own in Go: apply under 1 µs, JSON 100 to 500 ns, a clone in proportion to the state. At 100, 10,000 and 100,000
 * partitions: a leader change applied (in batches of 256), encoded by the client, decoded; and an image to read from,
 * which needs no clone since it never changes, beside the copy that a clone would be.
 */
import { encodeOperation } from '../src/client/encode-operation.js';
import { decodeOperation } from '../src/metadata/operation-codec.js';
import { createRandom } from '../src/random.js';
import { cpuTimeNs } from './cpu-time.js';
import { median, quantity, type Figure } from './figure.js';
import { fillMachine, type FilledMachine } from './filled-machine.js';

const BATCH = 256;
const BATCHES_A_ROUND = 16;
const sizes = [100, 10_000, 100_000];
const warmUpRounds = 3;
const random = createRandom(1);
/** What the report says of its own. */
const claims = { applyNs: 1_000, jsonNs: 500 };

type Work = 'apply' | 'decode' | 'encode' | 'capture';
type Sample = Record<Work, number[]>;

export function measureStateMachine({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const rounds = quick ? 10 : 60;
  return Promise.resolve(sizes.flatMap((partitions) => measureSize(fillMachine(partitions), rounds)));
}

function measureSize(filled: FilledMachine, rounds: number): Figure[] {
  const { machine, partitions } = filled;
  const sample: Sample = { apply: [], decode: [], encode: [], capture: [] };
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const timed = timeRound(filled);
    if (round >= 0) for (const work of Object.keys(timed) as Work[]) sample[work].push(timed[work]);
  }
  const copyNs = cpuTimeNs(() => machine.dump());
  return figures(partitions, sample, copyNs / 1000);
}

/** Nanoseconds of one operation. */
function timeRound(filled: FilledMachine): Record<Work, number> {
  const { machine } = filled;
  const operations = filled.nextOperations(BATCH * BATCHES_A_ROUND);
  const encode = timeNs(operations, (operation) => encodeOperation(operation, random));
  // Decoded, never applied: the epochs go on from there.
  const decode = timeNs(filled.nextCommands(BATCH * BATCHES_A_ROUND), decodeOperation);
  const batches = Array.from({ length: BATCHES_A_ROUND }, () => filled.nextCommands(BATCH));
  const apply = timeNs(batches, (batch) => {
    filled.applyAll(batch);
  });
  const capture = timeNs(operations, () => machine.capture());
  return { apply: apply / BATCH, decode, encode, capture };
}

function timeNs<T>(items: readonly T[], work: (item: T) => unknown): number {
  const ns = cpuTimeNs(() => {
    for (const item of items) work(item);
  });
  return ns / items.length;
}

function figures(partitions: number, sample: Sample, copyUs: number): Figure[] {
  const figure = (work: Work, name: string, note: string): Figure => {
    const spread = [Math.min(...sample[work]), Math.max(...sample[work])].map((ns) => quantity(ns, 'ns'));
    const value = median(sample[work]);
    return {
      name: `${partitions.toLocaleString('en-US')} partitions: ${name}`,
      value,
      unit: 'ns',
      note: `${spread.join(' to ')}; ${note}`,
    };
  };
  const said = (ns: number): string => `the report says ${quantity(ns, 'ns')}`;
  return [
    figure('apply', 'a leader change applied', `${said(claims.applyNs)} for a map changed in place, unchecked`),
    figure('decode', 'its bytes decoded', `part of apply; ${said(claims.jsonNs)} at most`),
    figure('encode', 'it checked and encoded', `${said(claims.jsonNs)} at most, unchecked`),
    figure('capture', 'an image to read from', `a copy, which a clone would be, takes ${quantity(copyUs, 'µs')}`),
  ];
}
