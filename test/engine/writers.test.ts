/**
 * Three processes write at once to one log in a real etcd: one order, no acknowledged write lost, none done twice,
 * whatever of etcd, or of them, is killed meanwhile.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  checkWrites,
  clientsOf,
  controllerOf,
  equalStores,
  equalWatches,
  onEtcd,
  withStores,
} from '../support/stores-in-etcd.js';

const test = suite('several processes on one etcd');
const onCluster = onEtcd(test, 'several processes that write to one etcd');

/** So many writers in each process. */
const CLIENTS = 16;

onCluster('three processes write at once: one order, nothing lost, nothing twice', (etcd) =>
  withStores(etcd, '/order', {}, async (processes) => {
    await Promise.all(processes.map((process) => process.watch(0)));
    await Promise.all(processes.map((process) => process.write(clientsOf(process, CLIENTS))));
    await Promise.all(processes.map((process) => process.acknowledges(100)));
    await Promise.all(processes.map((process) => process.rest()));
    await equalStores(processes);
    const changes = await equalWatches(processes);
    let writes = 0;
    for (const process of processes) {
      const clients = clientsOf(process, CLIENTS);
      await checkWrites(processes[0], process, { clients });
      writes += clients.length + 2 * process.acknowledged.length;
    }
    const ofClients = changes.filter(({ events }) => events.some(({ key }) => key.includes('client')));
    assert.is(ofClients.length, writes);
  }),
);

onCluster('a member of etcd is killed, then its leader: all go on', (etcd) =>
  withStores(etcd, '/members', {}, async (processes) => {
    await Promise.all(processes.map((process) => process.watch(0)));
    await Promise.all(processes.map((process) => process.write(clientsOf(process, CLIENTS))));
    await Promise.all(processes.map((process) => process.acknowledges(30)));
    const { endpoint } = await processes[1].store.status();
    for (const find of [() => etcd.members.find((member) => member.endpoint === endpoint), () => etcd.leader()]) {
      const member = await find();
      await member?.kill();
      await Promise.all(processes.map((process) => process.acknowledges(30)));
      await member?.start();
    }
    await Promise.all(processes.map((process) => process.rest()));
    await equalStores(processes);
    await equalWatches(processes);
    for (const process of processes) {
      await checkWrites(processes[0], process, { clients: clientsOf(process, CLIENTS) });
    }
  }),
);

onCluster('the process that is the controller is killed with writes in flight: the others go on without it', (etcd) =>
  withStores(etcd, '/process', {}, async (processes) => {
    await Promise.all(processes.map((process) => process.write(clientsOf(process, 2 * CLIENTS))));
    await Promise.all(processes.map((process) => process.acknowledges(30)));
    const killed = await controllerOf(processes);
    await killed.kill();
    const left = processes.filter((process) => process !== killed);
    await Promise.all(left.map((process) => process.acknowledges(100)));
    const follower = await controllerOf(left);
    await Promise.all(left.map((process) => process.rest()));
    await equalStores(left);
    for (const process of processes) {
      const clients = clientsOf(process, 2 * CLIENTS);
      await checkWrites(follower, process, { clients, unfinished: process === killed });
    }
  }),
);

onCluster('the process that is the controller stands still, and is none when it goes on', (etcd) =>
  withStores(etcd, '/still', { processes: 2 }, async (processes) => {
    await Promise.all(processes.map((process) => process.write(clientsOf(process, CLIENTS))));
    await Promise.all(processes.map((process) => process.acknowledges(30)));
    const still = await controllerOf(processes);
    const others = processes.filter((process) => process !== still);
    still.pause();
    const next = await controllerOf(others);
    assert.ok(others.includes(next));
    await next.acknowledges(30);
    still.resume();
    await still.acknowledges(30);
    assert.is(await controllerOf(processes), next);
    await Promise.all(processes.map((process) => process.rest()));
    await equalStores(processes);
    for (const process of processes) await checkWrites(next, process, { clients: clientsOf(process, CLIENTS) });
  }),
);

test.run();
