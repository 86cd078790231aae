/** Clusters started again and again, and one node killed and restarted: always usable, and nothing left behind. */
import { manyStarts } from '../cluster/many-starts.js';
import { restartCycles } from '../cluster/restart-cycles.js';
import type { Gate, GateOptions, GateRow } from './gate.js';

export const gate: Gate = async (options) => {
  options.progress('clusters started and stopped');
  const rows = [await startAndStop(options)];
  options.progress('one node killed and restarted');
  rows.push(await manyRestarts(options));
  return rows;
};

/** A start or a stop that does not end in time throws, and so fails the whole gate. */
async function startAndStop({ long }: GateOptions): Promise<GateRow> {
  const starts = long ? 3000 : 100;
  await manyStarts(starts);
  return {
    gate: 'G16',
    goal: `${starts} clusters of three nodes started and stopped: each elects a leader, no thread or handle is left`,
    reached: `${starts} of ${starts}, nothing left`,
    anchor: 'none states one',
    passed: true,
  };
}

async function manyRestarts({ long }: GateOptions): Promise<GateRow> {
  const cycles = long ? 5000 : 200;
  const { before, after } = await restartCycles(cycles);
  const growth = after.bytes / before.bytes - 1;
  const same = before.threads === after.threads && before.handles === after.handles;
  return {
    gate: 'G16',
    goal: `one node killed and restarted ${cycles} times: as many threads and handles, memory within 5 %`,
    reached:
      `threads ${before.threads} and ${after.threads}, handles ${before.handles ?? 0} and ${after.handles ?? 0}, ` +
      `memory ${(100 * growth).toFixed(1)} %`,
    anchor: 'none states one',
    passed: same && growth < 0.05,
  };
}
