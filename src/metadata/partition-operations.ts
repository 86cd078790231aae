/**
 * Partitions: create one or many (all or none), and the four ways to set what one is, all by the rules of
 * `requested-change.ts`.
 */
import { must } from '../assert.js';
import type { ErrorValue } from '../errors.js';
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { checkAssignment, checkLeader, checkSubset } from './assignment.js';
import { beginOn } from './broker-states.js';
import type { ImageDraft, ReadableImage } from './image.js';
import { findPartition, findTopic } from './image.js';
import { replacePartition } from './image-draft.js';
import type { InputReader } from './input-reader.js';
import { MAX_BROKER_ID, MAX_PARTITIONS_PER_TOPIC, MAX_REQUESTED_EPOCH } from './limits.js';
import type { NewPartition, PartitionInfo } from './model.js';
import { partitionId } from './model.js';
import type { BeginningPartition } from './new-partition.js';
import { newPartition } from './new-partition.js';
import type { OperationContext } from './operation-handler.js';
import { beyondCount, findPlace, readPlace, readReplicas } from './partition-place.js';
import { writePartitions } from './partition-writes.js';
import type { WantedChange } from './requested-change.js';
import { requestedChange } from './requested-change.js';
import { topicNotFound } from './topic-name.js';

export function createPartition(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const wanted = readNewPartition(input);
  if (input.problem !== undefined) return malformed(input.problem);
  const created = createAll(draft, [wanted], context);
  return 'error' in created ? created : { value: must(created.value[0], 'the partition created') };
}

export function createPartitions(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const wanted = input.readers('partitions', MAX_PARTITIONS_PER_TOPIC).map(readNewPartition);
  if (input.problem !== undefined) return malformed(input.problem);
  return createAll(draft, wanted, context);
}

export function updatePartition(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const change = input.nested('change');
  const wanted: WantedChange = {};
  if (change.has('leader')) wanted.leader = readLeader(change);
  if (change.has('leaderEpoch')) wanted.leaderEpoch = readEpoch(change);
  if (change.has('replicas')) wanted.replicas = readReplicas(change, 'replicas');
  if (change.has('isr')) wanted.isr = readReplicas(change, 'isr');
  if (change.has('offlineReplicas')) wanted.offlineReplicas = readReplicas(change, 'offlineReplicas');
  return changeOne(draft, input, wanted, context);
}

export function updateLeader(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const wanted = { leader: readLeader(input), leaderEpoch: readEpoch(input), epochMustGrow: true };
  return changeOne(draft, input, wanted, context);
}

export function updateIsr(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  return changeOne(draft, input, { isr: readReplicas(input, 'isr') }, context);
}

export function updateReplicas(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  return changeOne(draft, input, { replicas: readReplicas(input, 'replicas') }, context);
}

function changeOne(
  draft: ImageDraft,
  input: InputReader,
  wanted: WantedChange,
  { timestamp }: OperationContext,
): OperationAnswer {
  const place = readPlace(input);
  if (input.problem !== undefined) return malformed(input.problem);
  const found = findPlace(draft, place);
  if ('error' in found) return found;
  const { record, partition: current } = found.value;
  const next = requestedChange(draft, current, wanted, timestamp);
  if ('error' in next) return next;
  const partition = next.value;
  if (partition === current) return { value: current };
  replacePartition(draft, record, partition);
  return { value: partition };
}

/** Checks all, then creates all. */
function createAll(
  draft: ImageDraft,
  wanted: readonly NewPartition[],
  { timestamp }: OperationContext,
): OperationAnswer<PartitionInfo[]> {
  const seen = new Set<string>();
  const created: PartitionInfo[] = [];
  for (const one of wanted) {
    const id = partitionId(one.topic, one.partition);
    const beginning = seen.has(id) ? partitionExists(id) : beginningOf(draft, one);
    if ('error' in beginning) return beginning;
    seen.add(id);
    created.push(newPartition(beginning.value, timestamp));
  }
  writePartitions(draft, created);
  return { value: created };
}

/** As it may be created, or why not. */
function beginningOf(image: ReadableImage, wanted: NewPartition): OperationAnswer<BeginningPartition> {
  const record = findTopic(image, wanted.topic);
  if (record === undefined) return topicNotFound(wanted.topic);
  const { numPartitions, replicationFactor } = record.info;
  if (wanted.partition >= numPartitions) return beyondCount(record.info, wanted.partition);
  if (findPartition(record, wanted.partition) !== undefined) {
    return partitionExists(partitionId(wanted.topic, wanted.partition));
  }
  if (wanted.replicas.length !== replicationFactor) {
    return rejected('InvalidAssignment', `${wanted.replicas.length} replicas where the factor is ${replicationFactor}`);
  }
  const refusal = checkAssignment(image, wanted.replicas);
  if (refusal !== undefined) return refusal;
  const { isr: active, offlineReplicas } = beginOn(image, wanted.replicas);
  const { isr = active } = wanted;
  const ineligible = isr.find((id) => wanted.replicas.includes(id) && !active.includes(id));
  if (ineligible !== undefined) {
    return rejected('IneligibleReplica', `broker ${ineligible} is fenced or draining, and so not in sync`);
  }
  return (
    checkSubset(isr, wanted.replicas, 'isr') ??
    checkLeader(wanted.leader ?? 0, isr) ?? { value: { ...wanted, isr, offlineReplicas } }
  );
}

function partitionExists(id: string): { readonly error: ErrorValue } {
  return rejected('PartitionExists', `partition ${id} exists already`);
}

function readNewPartition(input: InputReader): NewPartition {
  return {
    ...readPlace(input),
    replicas: readReplicas(input, 'replicas'),
    ...(input.has('isr') ? { isr: readReplicas(input, 'isr') } : {}),
    ...(input.has('leader') ? { leader: readLeader(input) } : {}),
  };
}

function readLeader(input: InputReader): number {
  return input.integer('leader', 0, MAX_BROKER_ID);
}

function readEpoch(input: InputReader): number {
  return input.integer('leaderEpoch', 0, MAX_REQUESTED_EPOCH);
}
