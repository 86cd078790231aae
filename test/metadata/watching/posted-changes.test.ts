/** Changes are the same after their way to the host's thread, whatever they are of, and frozen there. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MetadataChange, MetadataEvent } from '../../../src/metadata/metadata-change.js';
import { changeOf, keepChange, sizeOfChange } from '../../../src/metadata/watching/kept-change.js';
import { RecordPacker } from '../../../src/metadata/watching/packed-records.js';
import type { WatchedChange } from '../../../src/metadata/watching/posted-changes.js';
import { packChanges, readChanges } from '../../../src/metadata/watching/posted-changes.js';
import { anyHistory } from '../arbitrary-operations.js';
import { createTester } from '../metadata-tester.js';
import type { MetadataTester } from '../metadata-tester.js';

const test = suite('metadata: posted changes');

const packer = new RecordPacker();

function received(changes: readonly MetadataChange[]): WatchedChange[] {
  return Array.from(readChanges(structuredClone(packChanges(packer, changes))));
}

function assertFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  assert.ok(Object.isFrozen(value), JSON.stringify(value));
  for (const member of Object.values(value)) assertFrozen(member);
}

function changesOf(tester: MetadataTester): readonly MetadataChange[] {
  return tester.machine.takeChanges();
}

test('what any history changed is received as it was, and frozen', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const tester = createTester();
      const changes = history.flatMap((operation) => {
        tester.applyAny(operation);
        return changesOf(tester);
      });
      const watched = received(changes);
      assert.equal(
        watched,
        changes.map(({ index, events }) => ({ index, events })),
      );
      for (const change of watched) assertFrozen(change);
    }),
    { numRuns: 100 },
  );
});

test('a partition that is being reassigned keeps its lists', () => {
  const tester = createTester(4);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 3, assignment: [[1, 2, 3]] });
  tester.accept('alter_reassignments', { changes: [{ topic: 't', partition: 0, replicas: [2, 3, 4] }] });
  tester.accept('update_isr', { topic: 't', partition: 0, isr: [1, 2] });
  const changes = changesOf(tester);
  assert.equal(
    received(changes),
    changes.map(({ index, events }) => ({ index, events })),
  );
  const [event] = received(changes)[0]?.events ?? [];
  assert.equal((event?.after as { addingReplicas?: unknown }).addingReplicas, [4]);
});

test('a list that is as before is the same object, and crosses once', () => {
  const tester = createTester(3);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 3 });
  const { numbers: whole } = packChanges(packer, changesOf(tester));
  tester.accept('update_leader', { topic: 't', partition: 0, leader: 2, leaderEpoch: 2 });
  const changes = changesOf(tester);
  const [event] = received(changes)[0]?.events ?? [];
  assert.is(event?.kind, 'partition');
  const { before, after } = event as Extract<MetadataEvent, { kind: 'partition' }>;
  assert.is(after?.replicas, before?.replicas);
  assert.is(after?.isr, before?.isr);
  assert.ok(packChanges(packer, changes).numbers.length < 2 * whole.length);
});

test('a change is kept as its record, or as all of them, and counts as so many', () => {
  const tester = createTester(2);
  tester.accept('create_topic', { name: 't', partitions: 40, replicationFactor: 2 });
  const kept = (): unknown[][] =>
    changesOf(tester).map((change) => {
      const each = keepChange(change);
      assert.equal(changeOf(change.index, each), change);
      return [Array.isArray(each), sizeOfChange(each), change.events.length];
    });
  assert.equal(kept(), [[false, 41, 41]]);
  tester.accept('create_topic', { name: 'u', partitions: 3, replicationFactor: 1, assignment: 'none' });
  const partitions = [0, 1].map((partition) => ({ topic: 'u', partition, replicas: [1] }));
  changesOf(tester);
  tester.accept('batch_create_partitions', { partitions });
  assert.equal(kept(), [[true, 2, 2]]);
  tester.accept('delete_topic', { name: 't' });
  assert.equal(kept(), [[false, 41, 41]]);
});

test.run();
