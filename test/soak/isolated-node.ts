/** The same as `leader-stability.ts` with real threads and real time, while a client writes. */
import { startCluster } from '../../src/index.js';
import { must } from '../../src/assert.js';
import { eventually } from '../support/deadline.js';
import type { Isolation, Stability } from './leader-stability.js';

const ELECTION_TIMEOUT_MS = 150;
const HEARTBEAT_INTERVAL_MS = 25;
const HEALTHY_TIMEOUT_MS = 30_000;

export async function isolateNode(isolation: Isolation, timeouts: number): Promise<Stability> {
  await using cluster = await startCluster({
    nodes: 3,
    electionTimeoutMs: ELECTION_TIMEOUT_MS,
    heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
  });
  const store = cluster.store();
  await store.registerBroker({ id: 1, addr: '127.0.0.1:9092' });
  const { term, leader } = await cluster.waitForHealthy();
  const victim = must(
    cluster.nodeIds.find((id) => id !== leader),
    'a follower',
  );
  const leaders = new Set<string>();
  const watching = new AbortController();
  const watch = (async () => {
    for await (const event of cluster.events({ signal: watching.signal })) {
      if (event.kind === 'leader') leaders.add(`${String(event['leader'])} in term ${String(event['term'])}`);
    }
  })();
  const others = cluster.nodeIds.filter((id) => id !== victim);
  await Promise.all(
    others.map((other) =>
      cluster.link(victim, other).cut(isolation === 'both' ? {} : { from: isolation === 'mute' ? victim : other }),
    ),
  );
  const until = performance.now() + timeouts * ELECTION_TIMEOUT_MS;
  await eventually(
    async () => {
      await store.updateBroker(1, { lastHeartbeat: Date.now() });
      return performance.now() >= until;
    },
    'the end of the isolation',
    2 * timeouts * ELECTION_TIMEOUT_MS + HEALTHY_TIMEOUT_MS,
  );
  await cluster.heal();
  const after = await cluster.waitForHealthy({ timeoutMs: HEALTHY_TIMEOUT_MS });
  watching.abort();
  await watch;
  return { leaderChanges: leaders.size, termGrowth: after.term - term };
}
