/**
 * The metadata as a workload: the shipped state machine, operations over a handful of brokers and topics so that they
 * meet and some are refused, and the invariants of `src/metadata`.
 */
import { must } from '../assert.js';
import { drawChance, drawFraction, drawInteger, type Random } from '../random.js';
import type { Image } from '../metadata/image.js';
import { judgeImage } from '../metadata/invariants.js';
import { createMetadataMachine } from '../metadata/metadata-state-machine.js';
import type { OperationData, OperationType } from '../metadata/operations.js';
import { demand } from './checks/violation.js';
import type { Workload, WorkloadMachine } from './workload.js';

const BROKERS = 6;
const TOPICS = ['a', 'b', 'c.d', 'c_d', 'constructor'];
const MOST_PARTITIONS = 4;
/** Large, so that two topics of one name are told apart by the time of their creation. */
const TIMES = 2 ** 40;
const INCARNATIONS = ['first', 'second'];
const STATUSES = ['alive', 'alive', 'dead', 'draining', 'unreachable'] as const;

export const metadataWorkload: Workload = { createMachine, operation };

function createMachine(): WorkloadMachine {
  const hosted = createMetadataMachine();
  let judged: Image | null = null;
  return {
    hosted,
    check() {
      const image = hosted.image();
      judgeImage(image, judged, demand);
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
  const timestamp = Math.floor(drawFraction(random) * TIMES);
  return encoder.encode(JSON.stringify({ type, data: DATA[type](random), timestamp }));
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

function newPartition(random: Random) {
  return { topic: topic(random), partition: partition(random), replicas: brokers(random, 3) };
}

const DATA: { readonly [Type in OperationType]: (random: Random) => OperationData[Type] } = {
  register_broker: (random) => ({
    id: broker(random),
    addr: `host:${drawInteger(random, 1, 9)}`,
    ...(drawChance(random, 0.5) ? { incarnationId: pick(random, INCARNATIONS) } : {}),
  }),
  unregister_broker: (random) => ({ id: broker(random) }),
  update_broker: (random) => ({ id: broker(random), change: { status: pick(random, STATUSES) } }),
  create_topic: (random) => ({
    name: topic(random),
    partitions: drawInteger(random, 1, MOST_PARTITIONS + 1),
    replicationFactor: drawInteger(random, 1, 4),
    ...(drawChance(random, 0.3) ? { assignment: 'none' as const } : {}),
  }),
  delete_topic: (random) => ({ name: topic(random) }),
  update_topic: (random) => ({ name: topic(random), config: { segmentMs: drawInteger(random, 1, 4) } }),
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
