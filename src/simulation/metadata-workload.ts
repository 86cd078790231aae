/**
 * The metadata as a workload: the shipped state machine, operations over a handful of brokers and topics so that they
 * meet and some are refused, and the invariants of `src/metadata`.
 */
import { must } from '../assert.js';
import { drawChance, drawFraction, drawInteger, type Random } from '../random.js';
import { createController } from '../controller/controller.js';
import type { Image } from '../metadata/image.js';
import { judgeImage, judgeReplicas } from '../metadata/invariants.js';
import { createMetadataMachine } from '../metadata/metadata-state-machine.js';
import type { ConfigChange, NewTopic } from '../metadata/model.js';
import type { OperationData, OperationType } from '../metadata/operations.js';
import { GROUP_DATA, JOINED_AT } from './group-workload.js';
import { demand } from './checks/violation.js';
import type { Plan } from './plan.js';
import type { Workload, WorkloadMachine } from './workload.js';

export const BROKERS = 6;
const TOPICS = ['a', 'b', 'c.d', 'c_d', 'constructor'];
const MOST_PARTITIONS = 4;
/** Large, so that two topics of one name are told apart by the time of their creation. */
const TIMES = 2 ** 40;
const SEEDS = 1_000;
const INCARNATIONS = ['first', 'second'];
const ELECTIONS = ['preferred', 'unclean', 'online'] as const;
const STRATEGIES = ['striped', 'resource', 'roundRobin'] as const;
const STATUSES = ['alive', 'alive', 'dead', 'draining', 'unreachable'] as const;

export const metadataWorkload: Workload = { createMachine, operation };

function createMachine({ brokerSessionTimeoutMs }: Plan): WorkloadMachine {
  const hosted = createMetadataMachine();
  const controller = createController(hosted, { brokerSessionTimeoutMs });
  let judged: Image | null = null;
  return {
    hosted,
    controlled: { controller, image: hosted.image },
    check() {
      const image = hosted.image();
      judgeImage(image, judged, demand);
      judgeReplicas(image, hosted.replicas(), demand);
      judged = image;
    },
    restored() {
      judged = null;
    },
  };
}

const encoder = new TextEncoder();

function operation(random: Random): Uint8Array {
  const type = pick(random, DRAWN);
  const timestamp = type === 'join_group' ? JOINED_AT : Math.floor(drawFraction(random) * TIMES);
  const placementSeed = drawInteger(random, 0, SEEDS);
  return encoder.encode(JSON.stringify({ type, data: DATA[type](random), timestamp, placementSeed }));
}

function pick<Value>(random: Random, values: readonly Value[]): Value {
  return must(values[drawInteger(random, 0, values.length)], 'a value');
}

const broker = (random: Random): number => drawInteger(random, 1, BROKERS + 1);
const topic = (random: Random): string => pick(random, TOPICS);
const partition = (random: Random): number => drawInteger(random, 0, MOST_PARTITIONS);

/** Distinct, mostly. */
function brokers(random: Random, most: number): number[] {
  const drawn = Array.from({ length: drawInteger(random, 1, most + 1) }, () => broker(random));
  return drawChance(random, 0.95) ? [...new Set(drawn)] : drawn;
}

function newTopic(random: Random): { name: string } & NewTopic {
  return {
    name: topic(random),
    partitions: drawInteger(random, 1, MOST_PARTITIONS + 1),
    replicationFactor: drawInteger(random, 1, 4),
    strategy: pick(random, STRATEGIES),
    ...(drawChance(random, 0.3) ? { assignment: 'none' as const } : {}),
  };
}

function configChange(random: Random): ConfigChange {
  const op = pick(random, ['set', 'delete', 'append', 'subtract'] as const);
  return pick(random, [
    { key: 'cleanup.policy', op, value: pick(random, ['compact', 'delete', 'none']) },
    { key: 'segment.ms', op, value: String(drawInteger(random, 0, 4)) },
  ]);
}

function newPartition(random: Random) {
  return { topic: topic(random), partition: partition(random), replicas: brokers(random, 3) };
}

/** Seldom that of the broker as it is: its controller knows better. */
const registration = (random: Random) => ({ brokerId: broker(random), brokerEpoch: drawInteger(random, 1, 40) });

const DATA: { readonly [Type in OperationType]: (random: Random) => OperationData[Type] } = {
  register_broker: (random) => ({
    id: broker(random),
    addr: `host:${drawInteger(random, 1, 9)}`,
    ...(drawChance(random, 0.5) ? { incarnationId: pick(random, INCARNATIONS) } : {}),
  }),
  unregister_broker: (random) => ({ id: broker(random) }),
  update_broker: (random) => ({ id: broker(random), change: { status: pick(random, STATUSES) } }),
  fence_broker: registration,
  unfence_broker: registration,
  begin_controlled_shutdown: registration,
  record_heartbeats: (random) => ({
    brokers: [{ ...registration(random), agoMs: drawInteger(random, 0, 100), resources: { cpuCores: 1 } }],
  }),
  create_topic: newTopic,
  create_topics: (random) => ({
    topics: Array.from({ length: drawInteger(random, 1, 4) }, () => newTopic(random)),
    ...(drawChance(random, 0.2) ? { validateOnly: true } : {}),
  }),
  delete_topic: (random) => ({ name: topic(random) }),
  update_topic: (random) => ({ name: topic(random), config: { segmentMs: drawInteger(random, 1, 4) } }),
  alter_topic_configs: (random) => ({ name: topic(random), changes: [configChange(random)] }),
  create_partition: newPartition,
  batch_create_partitions: (random) => ({ partitions: [newPartition(random), newPartition(random)] }),
  update_partition: (random) => ({
    topic: topic(random),
    partition: partition(random),
    change: { leader: drawInteger(random, 0, BROKERS), isr: brokers(random, 3) },
  }),
  update_leader: (random) => ({
    topic: topic(random),
    partition: partition(random),
    leader: broker(random),
    leaderEpoch: drawInteger(random, 1, 12),
  }),
  update_isr: (random) => ({ topic: topic(random), partition: partition(random), isr: brokers(random, 3) }),
  update_replica_list: (random) => ({
    topic: topic(random),
    partition: partition(random),
    replicas: brokers(random, 3),
  }),
  add_partitions: (random) => ({ topic: topic(random), total: drawInteger(random, 2, MOST_PARTITIONS + 1) }),
  alter_isr: (random) => ({
    topic: topic(random),
    partition: partition(random),
    brokerId: broker(random),
    brokerEpoch: drawInteger(random, 1, 40),
    leaderEpoch: drawInteger(random, 1, 4),
    partitionEpoch: drawInteger(random, 0, 4),
    isr: brokers(random, 3),
  }),
  elect_leaders: (random) => ({
    kind: pick(random, ELECTIONS),
    ...(drawChance(random, 0.5) ? { partitions: [{ topic: topic(random), partition: partition(random) }] } : {}),
  }),
  alter_reassignments: (random) => ({
    changes: [
      {
        topic: topic(random),
        partition: partition(random),
        replicas: drawChance(random, 0.7) ? brokers(random, 3) : null,
      },
    ],
  }),
  ...GROUP_DATA,
};

/** Those that create come more often, so that there is something to change. */
const DRAWN: readonly OperationType[] = [
  ...(Object.keys(DATA) as OperationType[]),
  'register_broker',
  'register_broker',
  'register_broker',
  'create_topic',
  'create_topic',
  'create_topic',
  'update_isr',
  'update_leader',
];
