/** G12: mutated frames, records, segments, snapshots, operations and files, each refused by name or taken rightly. */
import { tryInputs } from '../malformed/campaign.js';
import type { Gate } from './gate.js';

const MIB = 1024 * 1024;
const SEED = 1;

export const gate: Gate = async ({ long, progress, tell }) => {
  const inputs = long ? 50_000_000 : 2_000_000;
  const result = await tryInputs({ inputs, seed: long ? Date.now() % 1_000_000 : SEED }, progress);
  for (const { kind, seed, number, problem } of result.failures) {
    tell(`${kind} ${number}: ${problem}`);
    tell(`  again: node dist/test/malformed/replay.js ${kind} ${seed} ${number}`);
  }
  const passed = result.failures.length === 0 && result.inputs >= inputs;
  const count = (value: number): string => value.toLocaleString('en');
  return [
    {
      gate: 'G12',
      goal: `${count(inputs)} mutated inputs: typed refusals only, state unchanged, no hang, at most 64 MiB more`,
      reached:
        `${count(result.inputs)} of ${result.kinds} kinds, ${count(result.refused)} refused, ` +
        `${result.failures.length} failures, ${(result.extraBytes / MIB).toFixed(0)} MiB more`,
      anchor: 'etcd: 3 fuzz functions, on the validation of requests',
      passed,
    },
  ];
};
