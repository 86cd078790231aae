/**
 * Long lives of a few partitions, against the plain model: brokers fenced, drained and back, leaders that report true
 * epochs, elections, and reassignments that begin, change, end and are cancelled on the way.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClusterMetadata, PartitionInfo } from '../../src/metadata/model.js';
import { canonicalJson } from '../../src/state-machine/canonical-json.js';
import { createTester } from './metadata-tester.js';
import type { AnyOperation } from './naive-model.js';
import { NaiveMetadata } from './naive-model.js';
import { placedIn } from './placement/flaws.js';

const test = suite('metadata: control plane');

const BROKERS = 5;
const PARTITIONS = 2;

interface Step {
  readonly act: 'status' | 'report' | 'elect' | 'reassign' | 'cancel' | 'set isr' | 'add';
  readonly broker: number;
  readonly topic: 'clean' | 'unclean';
  readonly partition: number;
  readonly status: 'alive' | 'draining' | 'unreachable' | 'dead';
  readonly kind: 'preferred' | 'unclean' | 'online';
  readonly brokers: readonly number[];
}

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom(
    ...(['status', 'status', 'report', 'report', 'report', 'elect', 'reassign', 'cancel', 'set isr', 'add'] as const),
  ),
  broker: fc.integer({ min: 1, max: BROKERS }),
  topic: fc.constantFrom('clean' as const, 'unclean' as const),
  partition: fc.integer({ min: 0, max: PARTITIONS - 1 }),
  status: fc.constantFrom(...(['alive', 'alive', 'draining', 'unreachable', 'dead'] as const)),
  kind: fc.constantFrom(...(['preferred', 'preferred', 'unclean', 'online'] as const)),
  brokers: fc.uniqueArray(fc.integer({ min: 1, max: BROKERS }), { minLength: 1, maxLength: 4 }),
});

function topicOf(name: 'clean' | 'unclean'): AnyOperation {
  const assignment = [
    [1, 2, 3],
    [3, 2, 4],
  ];
  const config = { extra: { 'unclean.leader.election.enable': String(name === 'unclean') } };
  const data = { name, partitions: PARTITIONS, replicationFactor: 3, assignment, config };
  return { type: 'create_topic', data, timestamp: 1 };
}

const BEGINNING: readonly AnyOperation[] = [
  ...Array.from({ length: BROKERS }, (_, place): AnyOperation => {
    return { type: 'register_broker', data: { id: place + 1, addr: 'host:1' }, timestamp: 0 };
  }),
  topicOf('clean'),
  topicOf('unclean'),
];

function operationOf(
  given: Step,
  { partitions, topics, brokers: known }: ClusterMetadata,
  timestamp: number,
): AnyOperation {
  const { topic, partition, broker, brokers } = given;
  const place = { topic, partition };
  const current = partitions[`${topic}:${partition}`] as PartitionInfo;
  switch (given.act) {
    case 'status':
      return { type: 'update_broker', data: { id: broker, change: { status: given.status } }, timestamp };
    case 'elect':
      return { type: 'elect_leaders', data: { kind: given.kind }, timestamp };
    case 'reassign':
      return { type: 'alter_reassignments', data: { changes: [{ ...place, replicas: brokers }] }, timestamp };
    case 'cancel':
      return { type: 'alter_reassignments', data: { changes: [{ ...place, replicas: null }] }, timestamp };
    case 'set isr':
      return { type: 'update_isr', data: { ...place, isr: reported(current, brokers) }, timestamp };
    case 'add': {
      const total = (topics[topic]?.numPartitions ?? 0) + 1;
      const data = { topic, total, assignment: [brokers.slice(0, 3)] };
      return { type: 'add_partitions', data, timestamp };
    }
    case 'report': {
      const { leader, leaderEpoch, partitionEpoch } = current;
      // Without a leader nobody reports: somebody does all the same.
      const brokerId = leader === 0 ? broker : leader;
      const brokerEpoch = known[brokerId]?.brokerEpoch ?? 0;
      const epochs = { brokerEpoch, leaderEpoch, partitionEpoch };
      const isr = reported(current, brokers).filter((id) => known[id]?.status === 'alive');
      return { type: 'alter_isr', data: { ...place, brokerId, ...epochs, isr }, timestamp };
    }
  }
}

/** The leader with some of the replicas. */
function reported({ leader, replicas }: PartitionInfo, some: readonly number[]): number[] {
  return replicas.filter((id) => id === leader || some.includes(id));
}

/** What the lives must have seen for this test to mean anything. */
function countSights(counts: Map<string, number>, before: PartitionInfo, after: PartitionInfo): void {
  const see = (sight: string, seen: boolean): void => {
    if (seen) counts.set(sight, (counts.get(sight) ?? 0) + 1);
  };
  see('a leader lost', before.leader !== 0 && after.leader === 0);
  see('a leader found', before.leader === 0 && after.leader !== 0);
  see('an unclean election', after.leader !== 0 && !before.isr.includes(after.leader) && after.isr.length === 1);
  see('a reassignment begun', !before.addingReplicas && after.addingReplicas !== undefined);
  see('a target changed', before.addingReplicas?.join() !== after.addingReplicas?.join() && !!before.addingReplicas);
  see('a reassignment ended', !!before.addingReplicas && !after.addingReplicas);
  see('preferred leadership', before.leader !== before.replicas[0] && after.leader === after.replicas[0]);
}

test('every step of many lives is what the rules say', () => {
  const sights = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 60 }), (steps) => {
      const tester = createTester();
      const model = new NaiveMetadata();
      const apply = (operation: AnyOperation): void => {
        const answer = tester.applyAny(operation);
        const expected = model.apply(operation, tester.index, placedIn(tester.machine));
        const told = 'error' in answer ? { code: answer.error.code } : { value: answer.value };
        assert.is(canonicalJson(told), canonicalJson(expected), JSON.stringify(operation));
      };
      BEGINNING.forEach(apply);
      for (const [place, each] of steps.entries()) {
        const before = structuredClone(model.state.partitions);
        const operation = operationOf(each, model.state, 10 + place);
        apply(operation);
        const { partitions } = tester.machine.dump();
        assert.is(canonicalJson(partitions), canonicalJson(model.state.partitions), JSON.stringify(operation));
        for (const [id, partition] of Object.entries(partitions)) {
          const earlier = before[id];
          if (earlier !== undefined) countSights(sights, earlier, partition);
        }
      }
    }),
    { numRuns: 60, seed: 6, includeErrorInReport: true },
  );
  for (const [sight, count] of sights) assert.ok(count >= 10, `${sight}: ${count}`);
  assert.is(sights.size, 7, [...sights.keys()].join());
});

test.run();
