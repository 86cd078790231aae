/**
 * One operation of the log on a draft of the image. Total and deterministic: whatever the bytes hold, there is an
 * answer, and an error changes nothing. Time is the operation's, one without a timestamp takes the latest the image has
 * seen; the index is the log's.
 */
import { assert } from '../assert.js';
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { registerBroker, unregisterBroker, updateBroker } from './broker-operations.js';
import type { ImageDraft } from './image.js';
import { InputReader } from './input-reader.js';
import { decodeOperation } from './operation-codec.js';
import type { OperationType } from './operations.js';
import type { OperationHandler } from './operation-handler.js';
import {
  createPartition,
  createPartitions,
  updateIsr,
  updateLeader,
  updatePartition,
  updateReplicas,
} from './partition-operations.js';
import { createTopic, deleteTopic, updateTopic } from './topic-operations.js';

const HANDLERS: Readonly<Record<OperationType, OperationHandler>> = {
  register_broker: registerBroker,
  unregister_broker: unregisterBroker,
  update_broker: updateBroker,
  create_topic: createTopic,
  delete_topic: deleteTopic,
  update_topic: updateTopic,
  create_partition: createPartition,
  batch_create_partitions: createPartitions,
  update_partition: updatePartition,
  update_leader: updateLeader,
  update_isr: updateIsr,
  update_replica_list: updateReplicas,
};
const HANDLER_OF: ReadonlyMap<string, OperationHandler> = new Map(Object.entries(HANDLERS));

const MAX_SHOWN_TYPE = 40;

/** `index`: of the log entry. The draft's `changes`, empty before, are those of this operation. */
export function applyCommand(draft: ImageDraft, command: Uint8Array, index: number): OperationAnswer {
  return applyOperation(draft, decodeOperation(command), index);
}

/** `given` is untrusted JSON data. */
export function applyOperation(draft: ImageDraft, given: unknown, index: number): OperationAnswer {
  const operation = new InputReader(given, 'operation.');
  const type = operation.text('type', 'a text', () => true);
  const timestamp = operation.has('timestamp')
    ? operation.integer('timestamp', 0, Number.MAX_SAFE_INTEGER)
    : draft.lastModified;
  if (operation.problem !== undefined) return malformed(operation.problem);
  const handler = HANDLER_OF.get(type);
  if (handler === undefined)
    return rejected('UnknownOperation', `no operation is called ${type.slice(0, MAX_SHOWN_TYPE)}`);
  const answer = handler(draft, new InputReader(operation.value('data')), { index, timestamp });
  if (draft.changes.length > 0) {
    assert('value' in answer, `a refused ${type} changes nothing`);
    draft.version += 1;
    draft.lastModified = Math.max(draft.lastModified, timestamp);
  }
  return answer;
}
