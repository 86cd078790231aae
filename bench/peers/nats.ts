/**
 * Conclave beside NATS JetStream: the same bytes are a message there and an opaque entry here. In turns, each alone on
 * the machine. NATS acknowledges before it syncs, Conclave after.
 */
import { withDataDir } from '../data-dir.js';
import { median, quantity, type Figure } from '../figure.js';
import { opaqueEntry, startOpaqueCluster } from '../opaque-entries.js';
import { findProgram, importInstalled, notInstalled } from './availability.js';
import { startNats, type InstalledNats } from './nats-cluster.js';
import { compareRates, warmAndRun, type Load, type Run } from './side-by-side.js';

const timesAtLeast = 5;

interface Loads {
  readonly many: Load;
  readonly one: Load;
}
interface NatsRun extends Record<keyof Loads, Run> {
  readonly readyMs: number;
  readonly version: string;
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
  const runMs = quick ? 1000 : 3000;
  const loads: Loads = {
    many: { clients: 1024, warmUpMs: runMs / 2, runMs },
    one: { clients: 1, warmUpMs: runMs / 4, runMs: runMs / 2 },
  };
  const ofNats: NatsRun[] = [];
  const ofConclave: Record<keyof Loads, Run>[] = [];
  const rounds = quick ? 1 : 3;
  for (let round = 0; round < rounds; round += 1) {
    ofNats.push(await runNats({ program, library }, loads));
    ofConclave.push(await runConclave(loads));
  }
  const peer = `NATS ${ofNats[0]?.version ?? ''} (not synced)`;
  const readyMs = ofNats.map((run) => run.readyMs);
  return [
    ...compareRates({
      work: '128 opaque bytes, fsync, 1024 clients',
      peer,
      ofPeer: ofNats.map(({ many }) => many),
      ofConclave: ofConclave.map(({ many }) => many),
      timesAtLeast,
    }),
    ...compareRates({
      work: '128 opaque bytes, fsync, 1 client',
      peer,
      ofPeer: ofNats.map(({ one }) => one),
      ofConclave: ofConclave.map(({ one }) => one),
    }),
    {
      name: 'cluster ready: NATS, one stream on three servers',
      value: median(readyMs),
      unit: 'ms',
      note: `from start to first acknowledged message; ${readyMs.map((ms) => quantity(ms, 'ms')).join(', ')}`,
    },
  ];
}

async function runNats(installed: InstalledNats, loads: Loads): Promise<NatsRun> {
  await using nats = await startNats(installed);
  const { processes, readyMs, version } = nats;
  const publish = (): Promise<unknown> => nats.publish(opaqueEntry);
  const many = await warmAndRun(loads.many, publish, processes);
  return { readyMs, version, many, one: await warmAndRun(loads.one, publish, processes) };
}

function runConclave(loads: Loads): Promise<Record<keyof Loads, Run>> {
  return withDataDir(async (dataDir) => {
    await using cluster = await startOpaqueCluster({ dataDir });
    const propose = (): Promise<unknown> => cluster.propose(opaqueEntry);
    const many = await warmAndRun(loads.many, propose);
    return { many, one: await warmAndRun(loads.one, propose) };
  });
}
