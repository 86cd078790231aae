/** Elections that somebody asks for: an operator, or the controller in its passes. */
import type { OperationAnswer } from './answer.js';
import { malformed } from './answer.js';
import { brokerStates } from './broker-states.js';
import type { ImageDraft } from './image.js';
import type { InputReader } from './input-reader.js';
import { MAX_CHANGES_PER_OPERATION } from './limits.js';
import type { PartitionInfo } from './model.js';
import type { ElectionKind } from './operations.js';
import type { OperationContext } from './operation-handler.js';
import { changedPartition } from './partition-change.js';
import { findPlaces, readPlace } from './partition-place.js';
import { writePartitions } from './partition-writes.js';
import { electionFor, findElections, needsElection } from './wanted-elections.js';

const KINDS: readonly ElectionKind[] = ['preferred', 'unclean', 'online'];

export function electLeaders(draft: ImageDraft, input: InputReader, { timestamp }: OperationContext): OperationAnswer {
  const kind = input.choice('kind', KINDS) ?? 'preferred';
  const named = input.has('partitions')
    ? input.readers('partitions', MAX_CHANGES_PER_OPERATION).map(readPlace)
    : undefined;
  if (input.problem !== undefined) return malformed(input.problem);
  const found = findPlaces(draft, named ?? findElections(draft, kind, MAX_CHANGES_PER_OPERATION));
  if ('error' in found) return found;
  const brokers = brokerStates(draft);
  const elected: PartitionInfo[] = [];
  for (const { record, partition } of found.value) {
    if (!needsElection(kind, partition)) continue;
    const election = electionFor(kind, record.info.config);
    const next = changedPartition(partition, partition, { election, brokers, timestamp });
    if (next !== partition) elected.push(next);
  }
  if (elected.length === 0) return { value: [] };
  writePartitions(draft, elected);
  return { value: elected };
}
