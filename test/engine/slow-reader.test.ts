/**
 * A process that stands still while the others write past what the log keeps, and etcd forgets its history: it comes to
 * the same state, its watch tells what is missing, and a process that begins then joins by snapshot and log.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { eventually } from '../support/deadline.js';
import { compactEtcd } from '../support/etcd-gateway.js';
import { StoreProcess } from '../support/store-process.js';
import {
  checkWrites,
  clientsOf,
  controllerOf,
  equalStores,
  equalWatches,
  onEtcd,
  optionsAt,
  watchedUpTo,
  withStores,
  writeMark,
} from '../support/stores-in-etcd.js';

const test = suite('a slow reader of the log in etcd');
const onCluster = onEtcd(test, 'a slow reader of the log in etcd');

const CLIENTS = 16;
const small = { snapshotEntries: 200, trailingEntries: 0 };

/** One writes, until a snapshot has taken the place of all that the other has not seen. */
async function writePast(slow: StoreProcess, writer: StoreProcess): Promise<void> {
  const { appliedIndex } = await slow.store.dump({ state: false });
  slow.pause();
  await writer.write(clientsOf(writer, CLIENTS));
  const isPast = async (): Promise<boolean> => (await writer.store.status()).snapshotIndex > appliedIndex + 400;
  await eventually(isPast, 'snapshots to be taken', 20_000);
  await writer.rest();
}

for (const reconnects of [true, false]) {
  const how = reconnects ? 'that were trimmed, by a snapshot' : 'that are in the watch, though etcd has forgotten them';
  onCluster(`a process that was stopped catches up with entries ${how}`, (etcd) => {
    const prefix = reconnects ? '/trimmed' : '/forgotten';
    return withStores(etcd, prefix, { ...small, processes: 2 }, async (processes) => {
      const controller = await controllerOf(processes);
      const slow = must(
        processes.find((process) => process !== controller),
        'another process',
      );
      const { endpoint } = await slow.store.status();
      await Promise.all(processes.map((process) => process.watch(0)));
      await writePast(slow, controller);
      if (reconnects) await etcd.members.find((member) => member.endpoint === endpoint)?.kill();
      else await compactEtcd(endpoint);
      slow.resume();
      await equalStores(processes);
      await checkWrites(slow, controller, { clients: clientsOf(controller, CLIENTS) });
      const mark = await writeMark(controller);
      const { end } = await watchedUpTo(slow, mark);
      assert.is(end, reconnects ? 'Compacted' : null);
      if (end === null) await equalWatches(processes);

      const fresh = await StoreProcess.open('a fresh process', optionsAt(etcd, 0, { ...small, prefix }));
      try {
        await equalStores([controller, fresh]);
      } finally {
        await fresh.kill();
      }
    });
  });
}

test.run();
