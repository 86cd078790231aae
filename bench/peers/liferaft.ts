/**
 * Conclave beside `@markwylde/liferaft`, the other Raft for Node.js: three nodes in memory each, there on one thread,
 * with messages that are mere calls. One command at a time, since commands under way together take the same place in
 * its log, and are lost.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Figure } from '../figure.js';
import { opaqueEntry, startOpaqueCluster } from '../opaque-entries.js';
import { importInstalled, notInstalled } from './availability.js';
import { compareRates, warmAndRun, type Load, type Run } from './side-by-side.js';

const manyClients = 256;
const startMs = 20_000;

export async function measureLiferaft({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  if ((await importInstalled(() => import('@markwylde/liferaft'))) === null) {
    return [notInstalled('liferaft', 'npm install --no-save --ignore-scripts @markwylde/liferaft@1.4.0')];
  }
  const runMs = quick ? 500 : 2000;
  const load: Load = { clients: 1, warmUpMs: runMs / 2, runMs };
  const ofLiferaft: Run[] = [];
  const one: Run[] = [];
  const many: Run[] = [];
  const rounds = quick ? 1 : 3;
  for (let round = 0; round < rounds; round += 1) {
    ofLiferaft.push(await runLiferaft(load));
    await using cluster = await startOpaqueCluster({});
    const propose = (): Promise<unknown> => cluster.propose(opaqueEntry);
    one.push(await warmAndRun(load, propose));
    many.push(await warmAndRun({ ...load, clients: manyClients }, propose));
  }
  const peer = 'liferaft';
  return [
    ...compareRates({ work: '128 opaque bytes, memory, 1 client', peer, ofPeer: ofLiferaft, ofConclave: one }),
    ...compareRates({
      work: `128 opaque bytes, memory, ${manyClients} clients (there: 1)`,
      peer,
      ofPeer: ofLiferaft,
      ofConclave: many,
    }).slice(1), // the peer's rate is the one above
  ];
}

async function runLiferaft({ warmUpMs, runMs }: Load): Promise<Run> {
  const file = fileURLToPath(new URL('./liferaft-process.js', import.meta.url));
  const timeout = startMs + warmUpMs + runMs;
  const { stdout } = await promisify(execFile)(process.execPath, [file, String(warmUpMs), String(runMs)], { timeout });
  return JSON.parse(stdout) as Run;
}
