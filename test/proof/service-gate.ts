/** S1: malformed requests to the HTTP service: refused each, the cluster as it was, and memory bounded. */
import { isDeepStrictEqual } from 'node:util';
import { startCluster } from '../../src/index.js';
import { sendMalformed } from '../service/malformed-campaign.js';
import { registerBrokers } from '../support/clusters.js';
import { heldBytes } from '../support/memory.js';
import type { Gate } from './gate.js';

const MIB = 1024 * 1024;
const MAX_EXTRA_MIB = 64;

export const gate: Gate = async ({ long, progress, tell }) => {
  const requests = long ? 1_000_000 : 100_000;
  const cluster = await startCluster({ nodes: 3 });
  try {
    const store = cluster.store();
    await registerBrokers(store, 3);
    await store.createTopic('kept', { partitions: 2, replicationFactor: 2 });
    const before = await store.metadata();
    await sendMalformed(cluster, { requests: 2_000, seed: 7 });
    const usedBytes = await heldBytes();
    const { failures, statuses } = await sendMalformed(cluster, { requests, seed: 1 }, progress);
    const extraMib = ((await heldBytes()) - usedBytes) / MIB;
    for (const failure of failures) tell(failure);
    const isUnharmed = isDeepStrictEqual(await store.metadata(), before) && (await cluster.status()).healthy;
    const count = (value: number): string => value.toLocaleString('en');
    const answered = Object.entries(statuses).map(([status, times]) => `${status}: ${count(times)}`);
    return [
      {
        gate: 'S1',
        goal: `${count(requests)} malformed requests: 4xx only, cluster unharmed, at most ${MAX_EXTRA_MIB} MiB more`,
        reached:
          `${failures.length} failures, cluster ${isUnharmed ? 'as it was' : 'HARMED'}, ` +
          `${extraMib.toFixed(0)} MiB more; ${answered.join(', ')}`,
        anchor: 'none states one',
        passed: failures.length === 0 && isUnharmed && extraMib <= MAX_EXTRA_MIB,
      },
    ];
  } finally {
    await cluster.stop();
  }
};
