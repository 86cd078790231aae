/**
 * One operation of the log on a draft of the image. Total and deterministic: whatever the bytes hold, there is an
 * answer, and an error changes nothing. Time is the operation's, one without a timestamp takes the latest the image has
 * seen; so is the seed of placements, 0 without one; the index is the log's.
 */
import { assert } from '../assert.js';
import { addPartitions } from './add-partitions.js';
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { beginControlledShutdown, fenceBroker, recordHeartbeats, unfenceBroker } from './broker-lifecycle.js';
import { registerBroker, unregisterBroker, updateBroker } from './broker-operations.js';
import { createTopics } from './create-topics.js';
import { electLeaders } from './election-operations.js';
import type { ImageDraft } from './image.js';
import { GROUP_HANDLERS } from './groups/group-handlers.js';
import { InputReader } from './input-reader.js';
import { alterIsr } from './isr-operations.js';
import { MAX_PLACEMENT_SEED } from './limits.js';
import { decodeOperation } from './operation-codec.js';
import type { OperationType } from './operations.js';
import type { OperationContext, OperationHandler } from './operation-handler.js';
import {
  createPartition,
  createPartitions,
  updateIsr,
  updateLeader,
  updatePartition,
  updateReplicas,
} from './partition-operations.js';
import { alterTopicConfigs, updateTopic } from './topic-config-operations.js';
import { createTopic, deleteTopic } from './topic-operations.js';
import { orValidateOnly } from './validate-only.js';
import { alterReassignments } from './reassignment-operations.js';

const HANDLERS: Readonly<Record<OperationType, OperationHandler>> = {
  register_broker: registerBroker,
  unregister_broker: unregisterBroker,
  update_broker: updateBroker,
  fence_broker: fenceBroker,
  unfence_broker: unfenceBroker,
  begin_controlled_shutdown: beginControlledShutdown,
  record_heartbeats: recordHeartbeats,
  create_topic: createTopic,
  create_topics: orValidateOnly(createTopics),
  delete_topic: deleteTopic,
  update_topic: updateTopic,
  alter_topic_configs: orValidateOnly(alterTopicConfigs),
  create_partition: createPartition,
  batch_create_partitions: createPartitions,
  update_partition: updatePartition,
  update_leader: updateLeader,
  update_isr: updateIsr,
  update_replica_list: updateReplicas,
  add_partitions: addPartitions,
  alter_isr: alterIsr,
  elect_leaders: electLeaders,
  alter_reassignments: alterReassignments,
  ...GROUP_HANDLERS,
};
const HANDLER_OF: ReadonlyMap<string, OperationHandler> = new Map(Object.entries(HANDLERS));

const MAX_SHOWN_TYPE = 40;

/** Of what an operation is told besides itself. */
type LogEntry = Pick<OperationContext, 'index' | 'replicas'>;

/** The draft's `changes`, empty before, are those of this operation. */
export function applyCommand(draft: ImageDraft, command: Uint8Array, entry: LogEntry): OperationAnswer {
  return applyOperation(draft, decodeOperation(command), entry);
}

/** `given` is untrusted JSON data. */
export function applyOperation(draft: ImageDraft, given: unknown, entry: LogEntry): OperationAnswer {
  const operation = new InputReader(given, 'operation.');
  const type = operation.text('type', 'a text', () => true);
  const timestamp = operation.has('timestamp')
    ? operation.integer('timestamp', 0, Number.MAX_SAFE_INTEGER)
    : draft.lastModified;
  const placementSeed = operation.has('placementSeed') ? operation.integer('placementSeed', 0, MAX_PLACEMENT_SEED) : 0;
  if (operation.problem !== undefined) return malformed(operation.problem);
  const handler = HANDLER_OF.get(type);
  if (handler === undefined)
    return rejected('UnknownOperation', `no operation is called ${type.slice(0, MAX_SHOWN_TYPE)}`);
  // Member by member: what a spread makes is copied many times as slowly, and this is every operation.
  const { index, replicas } = entry;
  const context = { index, timestamp, placementSeed, replicas };
  const answer = handler(draft, new InputReader(operation.value('data')), context);
  if (draft.changes.length > 0) {
    assert('value' in answer, `a refused ${type} changes nothing`);
    draft.version += 1;
    draft.lastModified = Math.max(draft.lastModified, timestamp);
  }
  return answer;
}
