/** All questions, in the order in which they are answered, and how long each usually takes. */
import { measureBatches } from './batches.js';
import { measureClients } from './clients.js';
import { measureDurability } from './durability.js';
import { measureFailover } from './failover.js';
import { measureFencing } from './fencing.js';
import type { Figure } from './figure.js';
import { measureFloor } from './floor.js';
import { measureNodes } from './nodes.js';
import { measureOpenLoop } from './open-loop.js';
import { measureOperations } from './operations.js';
import { measureEtcd } from './peers/etcd.js';
import { measureMillionPartitions } from './million-partitions.js';
import { measureLiferaft } from './peers/liferaft.js';
import { measureStoreInEtcd } from './peers/store-in-etcd.js';
import { measureNats } from './peers/nats.js';
import { measurePage } from './page.js';
import { measureRecovery } from './recovery.js';
import { measureSnapshot } from './snapshot.js';
import { measureStart } from './start.js';
import { measureStateMachine } from './state-machine.js';
import { measureStateSize } from './state-size.js';
import { measureView } from './view.js';
import { measureWatch } from './watch.js';

export interface Question {
  readonly name: string;
  readonly measure: (options: { readonly quick: boolean }) => Promise<Figure[]>;
  readonly seconds: number;
  /** Null: it has no goal, and is not part of a quick run. */
  readonly quickSeconds: number | null;
}

export const questions: readonly Question[] = [
  { name: 'start', measure: measureStart, seconds: 12, quickSeconds: 3 },
  { name: 'floor', measure: measureFloor, seconds: 10, quickSeconds: null },
  { name: 'clients', measure: measureClients, seconds: 50, quickSeconds: 10 },
  { name: 'operations', measure: measureOperations, seconds: 41, quickSeconds: 6 },
  { name: 'durability', measure: measureDurability, seconds: 40, quickSeconds: 6 },
  { name: 'failover', measure: measureFailover, seconds: 60, quickSeconds: 9 },
  { name: 'nodes', measure: measureNodes, seconds: 35, quickSeconds: null },
  { name: 'open-loop', measure: measureOpenLoop, seconds: 30, quickSeconds: null },
  { name: 'batches', measure: measureBatches, seconds: 12, quickSeconds: null },
  { name: 'snapshot', measure: measureSnapshot, seconds: 25, quickSeconds: null },
  { name: 'recovery', measure: measureRecovery, seconds: 25, quickSeconds: null },
  { name: 'state-machine', measure: measureStateMachine, seconds: 20, quickSeconds: null },
  { name: 'state-size', measure: measureStateSize, seconds: 40, quickSeconds: 5 },
  { name: 'fencing', measure: measureFencing, seconds: 15, quickSeconds: 6 },
  { name: 'million-partitions', measure: measureMillionPartitions, seconds: 40, quickSeconds: null },
  { name: 'watch', measure: measureWatch, seconds: 18, quickSeconds: null },
  { name: 'view', measure: measureView, seconds: 19, quickSeconds: 2 },
  { name: 'page', measure: measurePage, seconds: 34, quickSeconds: null },
  { name: 'etcd', measure: measureEtcd, seconds: 75, quickSeconds: 17 },
  { name: 'store-in-etcd', measure: measureStoreInEtcd, seconds: 40, quickSeconds: 12 },
  { name: 'nats', measure: measureNats, seconds: 33, quickSeconds: 5 },
  { name: 'liferaft', measure: measureLiferaft, seconds: 17, quickSeconds: null },
];
