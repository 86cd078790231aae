/**
 * Conclave beside NATS JetStream: the same bytes are a message there and an opaque entry here. In turns, each alone on
 * the machine. NATS acknowledges before it syncs, Conclave after.
 */
import { withDataDir } from '../data-dir.js';
import { median, type Figure } from '../figure.js';
import { countText } from '../in-turns.js';
import { opaqueEntry, startOpaqueCluster } from '../opaque-entries.js';
import { findProgram, importInstalled, notInstalled } from './availability.js';
import { startNats, type InstalledNats } from './nats-cluster.js';
import { compareRates, loadsOf, ofLoad, runLoads, type Load, type Run } from './side-by-side.js';

const manyClients = 1024;
/** Issue (5): times the rate of NATS. */
const goals: Record<number, number> = { [manyClients]: 5 };

interface NatsRun {
  readonly readyMs: number;
  readonly version: string;
  readonly writes: readonly Run[];
}

export async function measureNats({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const program = findProgram('nats-server');
  if (program === null) return [notInstalled('NATS', 'apt-get install nats-server')];
  const library = await importInstalled(async () => ({
    ...(await import('@nats-io/transport-node')),
    ...(await import('@nats-io/jetstream')),
  }));
  const packages = '@nats-io/transport-node@3.3.1 @nats-io/jetstream@3.3.1';
  if (library === null) return [notInstalled('NATS', `npm install --no-save ${packages}`)];
  const loads = loadsOf(quick ? [manyClients] : [manyClients, 256, 1], quick ? 600 : 1200);
  const ofNats: NatsRun[] = [];
  const ofConclave: Run[][] = [];
  const rounds = quick ? 1 : 2;
  for (let round = 0; round < rounds; round += 1) {
    ofNats.push(await runNats({ program, library }, loads));
    ofConclave.push(await runConclave(loads));
  }
  const ofPeer = ofNats.map(({ writes }) => writes);
  const readyMs = ofNats.map((run) => run.readyMs);
  return [
    ...loads.flatMap(({ clients }, load) => {
      const timesAtLeast = goals[clients];
      return compareRates({
        work: `opaque entries, fsync, ${countText(clients)}`,
        peer: 'NATS, which does not sync',
        ofConclave: ofLoad(ofConclave, load),
        ofPeer: ofLoad(ofPeer, load),
        ...(timesAtLeast === undefined ? {} : { timesAtLeast }),
        charts: { ofPeer: { chart: 'throughput-by-clients', series: 'NATS R3, not synced', at: clients } },
      });
    }),
    {
      name: 'start to first acknowledged message: NATS',
      value: median(readyMs),
      unit: 'ms',
      repeats: readyMs,
      note: `nats-server ${ofNats[0]?.version ?? ''}, one stream on three servers`,
    },
  ];
}

async function runNats(installed: InstalledNats, loads: readonly Load[]): Promise<NatsRun> {
  await using nats = await startNats(installed);
  const { processes, readyMs, version } = nats;
  return { readyMs, version, writes: await runLoads(loads, () => nats.publish(opaqueEntry), processes) };
}

function runConclave(loads: readonly Load[]): Promise<Run[]> {
  return withDataDir(async (dataDir) => {
    await using cluster = await startOpaqueCluster({ dataDir });
    return await runLoads(loads, () => cluster.propose(opaqueEntry));
  });
}
