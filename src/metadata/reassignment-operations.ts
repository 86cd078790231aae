/** Reassignments: begun, changed and cancelled. They end by themselves, with the ISR that completes them. */
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { checkReplicas } from './assignment.js';
import { brokerStates } from './broker-states.js';
import type { ImageDraft, ReadableImage } from './image.js';
import type { InputReader } from './input-reader.js';
import { electionOf } from './leader-election.js';
import { MAX_CHANGES_PER_OPERATION, MAX_REPLICATION_FACTOR } from './limits.js';
import type { PartitionInfo } from './model.js';
import { partitionId } from './model.js';
import type { OperationContext } from './operation-handler.js';
import type { ChangeContext } from './partition-change.js';
import { changedPartition } from './partition-change.js';
import type { PartitionPlace } from './partition-place.js';
import { findPlaces, readPlace, readReplicas } from './partition-place.js';
import { writePartitions } from './partition-writes.js';
import { isReassigning, reassigned, reverted } from './reassignment.js';

interface WantedReassignment extends PartitionPlace {
  /** Null cancels. */
  readonly replicas: number[] | null;
}

export function alterReassignments(
  draft: ImageDraft,
  input: InputReader,
  { timestamp }: OperationContext,
): OperationAnswer {
  const wanted = input.readers('changes', MAX_CHANGES_PER_OPERATION).map(readReassignment);
  if (input.problem !== undefined) return malformed(input.problem);
  const found = findPlaces(draft, wanted);
  if ('error' in found) return found;
  const brokers = brokerStates(draft);
  const next: PartitionInfo[] = [];
  for (const [place, current] of found.value.entries()) {
    const replicas = wanted[place]?.replicas ?? null;
    const context: ChangeContext = { election: electionOf(current.record.info.config), brokers, timestamp };
    const altered =
      replicas === null ? cancelled(current.partition, context) : begun(draft, current.partition, replicas, context);
    if ('error' in altered) return altered;
    next.push(altered.value);
  }
  const differing = next.filter((partition, place) => partition !== found.value[place]?.partition);
  if (differing.length === 0) return { value: next };
  writePartitions(draft, differing);
  return { value: next };
}

function readReassignment(input: InputReader): WantedReassignment {
  const replicas = input.value('replicas') === null ? null : readReplicas(input, 'replicas');
  return { ...readPlace(input), replicas };
}

/** Brokers in any state may be the target: those that are fenced catch up when they are back. */
function begun(
  image: ReadableImage,
  partition: PartitionInfo,
  target: readonly number[],
  context: ChangeContext,
): OperationAnswer<PartitionInfo> {
  const refusal = checkReplicas(image, target, target);
  if (refusal !== undefined) return refusal;
  const assignment = reassigned(partition, target);
  if (assignment.replicas.length > MAX_REPLICATION_FACTOR) {
    return rejected('InvalidAssignment', `more than ${MAX_REPLICATION_FACTOR} replicas on the way`);
  }
  return { value: changedPartition(partition, assignment, { ...context, election: 'online' }) };
}

/** Where only newcomers are in sync, the first of the others counts as in sync: what it lacks is lost. */
function cancelled(partition: PartitionInfo, context: ChangeContext): OperationAnswer<PartitionInfo> {
  const id = partitionId(partition.topic, partition.partition);
  if (!isReassigning(partition)) return rejected('InvalidAssignment', `partition ${id} is not being reassigned`);
  const { replicas, isr } = reverted(partition);
  if (isr.length > 0) return { value: changedPartition(partition, { replicas, isr }, context) };
  if (context.election === 'unclean') {
    return { value: changedPartition(partition, { replicas, isr: replicas.slice(0, 1) }, context) };
  }
  return rejected('InvalidAssignment', `to cancel the reassignment of ${id} takes an unclean election`);
}
