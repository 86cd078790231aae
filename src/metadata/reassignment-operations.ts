/** Reassignments: begun, changed and cancelled. They end by themselves, with the ISR that completes them. */
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { checkReplicas } from './assignment.js';
import type { BrokerStates } from './broker-states.js';
import { brokerStates } from './broker-states.js';
import type { ImageDraft, ReadableImage } from './image.js';
import type { InputReader } from './input-reader.js';
import { electionOf } from './leader-election.js';
import { MAX_CHANGES_PER_OPERATION, MAX_REPLICATION_FACTOR } from './limits.js';
import type { PartitionInfo } from './model.js';
import { partitionId } from './model.js';
import type { OperationContext } from './operation-handler.js';
import { changedPartition } from './partition-change.js';
import type { FoundPartition, PartitionPlace } from './partition-place.js';
import { findPlaces, readPlace, readReplicas } from './partition-place.js';
import { writePartitions } from './partition-writes.js';
import { isReassigning, reassigned, reverted } from './reassignment.js';

interface WantedReassignment extends PartitionPlace {
  /** Null cancels. */
  readonly replicas: number[] | null;
}

export function alterReassignments(draft: ImageDraft, input: InputReader, { timestamp }: OperationContext): OperationAnswer {
  const wanted = input.readers('changes', MAX_CHANGES_PER_OPERATION).map(readReassignment);
  if (input.problem !== undefined) return malformed(input.problem);
  const found = findPlaces(draft, wanted);
  if ('error' in found) return found;
  const brokers = brokerStates(draft);
  const next: PartitionInfo[] = [];
  for (const [place, current] of found.value.entries()) {
    const replicas = wanted[place]?.replicas ?? null;
    const altered =
      replicas === null ? cancelled(current, brokers, timestamp) : begun(draft, current, replicas, timestamp);
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
  { partition }: FoundPartition,
  target: readonly number[],
  timestamp: number,
): OperationAnswer<PartitionInfo> {
  const refusal = checkReplicas(image, target, target);
  if (refusal !== undefined) return refusal;
  const assignment = reassigned(partition, target);
  if (assignment.replicas.length > MAX_REPLICATION_FACTOR) {
    return rejected('InvalidAssignment', `more than ${MAX_REPLICATION_FACTOR} replicas on the way`);
  }
  return { value: changedPartition(partition, assignment, 'online', brokerStates(image), timestamp) };
}

/** Where only newcomers are in sync, the first of the others takes over what it has: an unclean election. */
function cancelled(
  { record, partition }: FoundPartition,
  brokers: BrokerStates,
  timestamp: number,
): OperationAnswer<PartitionInfo> {
  const id = partitionId(partition.topic, partition.partition);
  if (!isReassigning(partition)) return rejected('InvalidAssignment', `partition ${id} is not being reassigned`);
  const assignment = reverted(partition);
  const election = electionOf(record.info.config);
  if (assignment.isr.length > 0) return { value: changedPartition(partition, assignment, election, brokers, timestamp) };
  if (election !== 'unclean') {
    return rejected('InvalidAssignment', `to cancel the reassignment of ${id} takes an unclean election`);
  }
  const inSync = { replicas: assignment.replicas, isr: assignment.replicas.slice(0, 1) };
  return { value: changedPartition(partition, inSync, election, brokers, timestamp) };
}
