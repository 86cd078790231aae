/**
 * A thread that runs three nodes of `@markwylde/liferaft` under load, one command at a time, and posts the run. Started
 * by `liferaft.ts` with the load as its data; no question by itself. Its end is the end of the nodes, whose timers do
 * not survive an orderly one.
 */
import LifeRaft from '@markwylde/liferaft';
import Log from '@markwylde/liferaft/log.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import memdown from 'memdown';
import { must } from '../../src/assert.js';
import { opaqueEntry } from '../opaque-entries.js';
import { runLoad, type Load } from './side-by-side.js';

const names = ['one', 'two', 'three'];
/** Long, since a leader that is only late would lose its office; the first is made one at once. */
const election = { 'election min': '5 s', 'election max': '10 s' };
const pollMs = 5;

/** Messages are handed over as they are, at once: no transport is faster. */
function startNodes(): LifeRaft[] {
  const nodes = names.map((name) => new LifeRaft(name, { Log, adapter: memdown, path: name, ...election }));
  for (const node of nodes) {
    for (const other of nodes) {
      if (other === node) continue;
      node.join(other.address, (packet, written) => other.emit('data', packet, (reply) => written(undefined, reply)));
    }
  }
  return nodes;
}

async function elect(candidate: LifeRaft): Promise<LifeRaft> {
  await candidate.promote();
  while (candidate.state !== LifeRaft.LEADER) await sleep(pollMs);
  return candidate;
}

/** Each resolves once its command is committed; of one that is committed twice, once. */
function proposer(leader: LifeRaft): () => Promise<void> {
  const uncommitted = new Map<string, () => void>();
  let next = 0;
  leader.on('commit', (command) => {
    uncommitted.get(command)?.();
    uncommitted.delete(command);
  });
  return async () => {
    next += 1;
    const command = String(next).padStart(opaqueEntry.length, 'x');
    const committed = new Promise<void>((resolve) => uncommitted.set(command, resolve));
    await leader.command(command);
    await committed;
  };
}

const [first] = startNodes();
const propose = proposer(await elect(must(first, 'there are three')));
parentPort?.postMessage(await runLoad(workerData as Load, propose));
