/**
 * Every operation on groups against Kafka's rules told as plainly as possible, with the invariants checked after each;
 * then replay in other batches and through snapshots.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listGroups } from '../../../src/metadata/groups/group-image.js';
import { createMetadataMachine, type MetadataMachine } from '../../../src/metadata/metadata-state-machine.js';
import { canonicalJson, joinBytes } from '../../../src/state-machine/canonical-json.js';
import { createTester, encodeJson } from '../metadata-tester.js';
import type { ResolvedOperation } from './arbitrary-groups.js';
import { anyGroupHistory, resolve, TOPICS } from './arbitrary-groups.js';
import { NaiveGroups } from './naive-groups.js';

const test = suite('groups: model');

const CREATIONS = [
  { type: 'register_broker', data: { id: 1, addr: 'host:1' }, timestamp: 0 },
  ...Object.entries(TOPICS).map(([name, partitions]) => ({
    type: 'create_topic',
    data: { name, partitions, replicationFactor: 1 },
    timestamp: 0,
  })),
];

/** The state as the model holds it, from what is dumped. */
function modelled(machine: MetadataMachine): unknown {
  const groups = listGroups(machine.image()).map(({ group }) => {
    const { groupId, state, stateSince, protocolType, protocol, generation, leader, members } = group;
    const idsOf = (ready: boolean): string[] =>
      members.filter((member) => member.ready === ready).map(({ memberId }) => memberId);
    const modelledGroup = {
      state,
      since: stateSince,
      protocolType: protocolType === '' ? null : protocolType,
      protocolName: protocol === '' ? null : protocol,
      generation,
      leader: leader === '' ? null : leader,
      members: members.map(({ ready: _, ...member }) => member),
      awaitingJoin: state === 'PreparingRebalance' ? idsOf(true) : [],
      pendingSync: state === 'PreparingRebalance' ? [] : idsOf(false),
      offsets: Object.fromEntries(
        (machine.dump().groups?.[groupId]?.offsets ?? []).map(({ topic, partition, ...offset }) => [
          `${topic}:${partition}`,
          offset,
        ]),
      ),
    };
    return [groupId, modelledGroup] as const;
  });
  return Object.fromEntries(groups);
}

/** In the order of the members, which both keep. */
function comparable(groups: NaiveGroups['groups']): unknown {
  return Object.fromEntries(
    Object.entries(groups).map(([groupId, group]) => {
      const inOrder = (ids: readonly string[]): string[] =>
        group.members.map(({ memberId }) => memberId).filter((id) => ids.includes(id));
      const pendingSync = inOrder(group.pendingSync);
      return [groupId, { ...group, awaitingJoin: inOrder(group.awaitingJoin), pendingSync }];
    }),
  );
}

test('each operation answers and changes what Kafka would', () => {
  const seen = new Map<string, number>();
  const note = (what: string): void => {
    seen.set(what, (seen.get(what) ?? 0) + 1);
  };
  fc.assert(
    fc.property(anyGroupHistory, (history) => {
      const tester = createTester();
      for (const creation of CREATIONS) tester.applyAny(creation);
      const model = new NaiveGroups(TOPICS);
      let now = 0;
      for (const drawn of history) {
        now = Math.max(0, now + drawn.passedMs);
        const operation = resolve(drawn, model, now);
        const shown = JSON.stringify(operation);
        const before = canonicalJson(tester.machine.dump().groups ?? {});
        const answer = tester.applyAny(operation);
        const hasChanged = canonicalJson(tester.machine.dump().groups ?? {}) !== before;
        const changes = tester.machine.takeChanges().length;
        if (operation.type !== 'delete_topic') assert.is(changes, hasChanged ? 1 : 0, shown);
        if (operation.type === 'delete_topic') {
          if ('value' in answer) model.deleteTopic(operation.data.name);
        } else {
          const expected = model.apply(operation, tester.index);
          const told = 'error' in answer ? { code: answer.error.code } : answer;
          assert.is(canonicalJson(told), canonicalJson(expected), shown);
          note(`${operation.type} ${'code' in expected ? expected.code : 'accepted'}`);
        }
        assert.is(canonicalJson(modelled(tester.machine)), canonicalJson(comparable(model.groups)), shown);
        for (const { state } of Object.values(model.groups)) note(state);
      }
    }),
    { numRuns: 50, seed: 1, includeErrorInReport: true },
  );
  const expected = [
    ...['join_group', 'sync_group', 'leave_group', 'commit_offsets', 'delete_group'].map((type) => `${type} accepted`),
    ...['expire_group_members', 'complete_rebalance', 'expire_offsets'].map((type) => `${type} accepted`),
    ...['InvalidArgument', 'UnknownMember'].map((code) => `join_group ${code}`),
    ...['UnknownMember', 'IllegalGeneration', 'RebalanceInProgress'].map((code) => `sync_group ${code}`),
    ...['GroupNotFound', 'UnknownMember', 'IllegalGeneration'].map((code) => `commit_offsets ${code}`),
    ...['RebalanceInProgress', 'TopicNotFound', 'PartitionNotFound'].map((code) => `commit_offsets ${code}`),
    ...['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable'],
    ...['delete_group GroupNotEmpty', 'complete_rebalance IllegalGeneration', 'leave_group UnknownMember'],
  ];
  assert.equal(
    expected.filter((what) => (seen.get(what) ?? 0) < 5),
    [],
    'each outcome came up at least five times',
  );
});

test('the same operations in other batches, and through a snapshot, come to the same digest', () => {
  fc.assert(
    fc.property(anyGroupHistory, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (history, sizes) => {
      const operations = resolveAll(history);
      const singly = createMetadataMachine();
      operations.forEach((operation, place) => applyBatch(singly, [operation], place + 1));

      let batched = createMetadataMachine();
      for (let start = 0, batch = 0; start < operations.length; batch += 1) {
        const size = sizes[batch % sizes.length] ?? 1;
        applyBatch(batched, operations.slice(start, start + size), start + 1);
        start += size;
        batched.digest();
        if (batch % 3 === 1) {
          const restored = createMetadataMachine();
          restored.restore(joinBytes(batched.capture().serialize()));
          assert.is(restored.digest(), batched.digest());
          batched = restored;
        }
      }
      assert.is(batched.digest(), singly.digest());
      assert.equal(joinBytes(batched.capture().serialize()), joinBytes(singly.capture().serialize()));
    }),
    { numRuns: 30, seed: 2 },
  );
});

/** Member ids as they come out when each operation is applied alone. */
function resolveAll(history: Parameters<typeof resolve>[0][]): (ResolvedOperation | (typeof CREATIONS)[number])[] {
  const model = new NaiveGroups(TOPICS);
  const operations: ReturnType<typeof resolveAll> = [...CREATIONS];
  let now = 0;
  for (const drawn of history) {
    now = Math.max(0, now + drawn.passedMs);
    const operation = resolve(drawn, model, now);
    operations.push(operation);
    if (operation.type === 'delete_topic') model.deleteTopic(operation.data.name);
    else model.apply(operation, operations.length);
  }
  return operations;
}

function applyBatch(machine: MetadataMachine, operations: readonly unknown[], firstIndex: number): void {
  machine.begin();
  operations.forEach((operation, place) => machine.apply(encodeJson(operation), { index: firstIndex + place }));
  machine.end();
}

test.run();
