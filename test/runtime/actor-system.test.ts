/** Actors as threads: calls that cannot hang, ends as typed events, pauses, and threads that are used again. */
import { MessageChannel } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError } from '../../src/errors.js';
import type { MetadataStoreControl } from '../../src/messages.js';
import { createActorSystem, nextLife, type Actor, type ActorSystem } from '../../src/runtime/actor-system.js';
import type { ActorKind } from '../../src/runtime/task.js';
import { eventually, withDeadline } from '../support/deadline.js';
import { countOpenHandles, countWorkerThreads } from '../support/threads.js';

const TIMEOUT_MS = 10_000;

function spawnStore(
  system: ActorSystem,
  stateMachine: string | null = null,
  kind: ActorKind = 'metadata-store',
): Actor<MetadataStoreControl> {
  const host = new MessageChannel();
  const node = new MessageChannel();
  return system.spawn<MetadataStoreControl>({
    kind,
    life: nextLife(),
    labels: { node: 1 },
    config: {
      stateMachine,
      files: null,
      bootstrap: { voters: [], learners: [] },
      snapshotEntries: 10,
      brokerSessionTimeoutMs: 9_000,
    },
    ports: { host: host.port2, node: node.port2 },
  });
}

async function rejection(promise: Promise<unknown>): Promise<ClusterError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.instance(error, ClusterError);
  return error as ClusterError;
}

const test = suite('actor system');

test('answers a call, and ends every thread on close', async () => {
  const system = createActorSystem(4, null);
  const actor = spawnStore(system);
  const answer = await actor.call('dump', [false], TIMEOUT_MS);
  assert.is(answer.appliedIndex, 0);
  await system.close();
  assert.is((await withDeadline('end', TIMEOUT_MS, actor.ended)).kind, 'killed');
  await eventually(() => countWorkerThreads() === 0, 'no thread left');
});

test('a call to a killed actor rejects Stopped, one in flight too', async () => {
  const system = createActorSystem(4, null);
  const actor = spawnStore(system);
  const inFlight = rejection(actor.call('dump', [false], TIMEOUT_MS));
  await actor.kill();
  assert.is((await inFlight).code, 'Stopped');
  assert.is((await rejection(actor.call('dump', [false], TIMEOUT_MS))).code, 'Stopped');
  assert.is((await actor.ended).kind, 'killed');
  await system.close();
});

test('a call to a paused actor rejects Timeout, and is answered after resume', async () => {
  const system = createActorSystem(4, null);
  const actor = spawnStore(system);
  await actor.pause(TIMEOUT_MS);
  assert.is((await rejection(actor.call('dump', [false], 50))).code, 'Timeout');
  const late = actor.call('dump', [false], TIMEOUT_MS);
  actor.resume();
  assert.is((await late).appliedIndex, 0);
  await system.close();
});

test('a paused actor can be killed', async () => {
  const system = createActorSystem(4, null);
  const actor = spawnStore(system);
  await actor.pause(TIMEOUT_MS);
  await withDeadline('kill of a paused actor', TIMEOUT_MS, actor.kill());
  assert.is((await actor.ended).kind, 'killed');
  await system.close();
});

test('an actor that throws while it starts ends as crashed, with the reason', async () => {
  const system = createActorSystem(4, null);
  const actor = spawnStore(system, 'file:///no/such/module.js');
  const end = await withDeadline('end', TIMEOUT_MS, actor.ended);
  assert.is(end.kind, 'crashed');
  assert.match(end.kind === 'crashed' ? end.message : '', 'no/such/module');
  await system.close();
});

test('an actor whose file cannot be loaded ends as crashed, and does not hold up the close', async () => {
  const system = createActorSystem(4, null);
  const actor = spawnStore(system, null, 'no-such-actor' as ActorKind);
  assert.is((await withDeadline('end', TIMEOUT_MS, actor.ended)).kind, 'crashed');
  await withDeadline('close', TIMEOUT_MS, system.close());
});

test('two lives on one thread: a stopped actor leaves nothing behind for the next', async () => {
  const system = createActorSystem(1, null);
  const first = spawnStore(system);
  await first.call('dump', [false], TIMEOUT_MS);
  await first.stop(TIMEOUT_MS);
  assert.is((await first.ended).kind, 'stopped');
  const handles = countOpenHandles();
  const second = spawnStore(system);
  assert.is((await second.call('dump', [false], TIMEOUT_MS)).appliedIndex, 0);
  assert.is(countWorkerThreads(), 1);
  assert.is(countOpenHandles(), handles);
  await system.close();
});

test('a task beyond the threads is refused, not queued', async () => {
  const system = createActorSystem(1, null);
  const first = spawnStore(system);
  await first.call('dump', [false], TIMEOUT_MS);
  const end = await withDeadline('end of the refused one', TIMEOUT_MS, spawnStore(system).ended);
  assert.is(end.kind, 'crashed');
  await system.close();
});

test.run();
