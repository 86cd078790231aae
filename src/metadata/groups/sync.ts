/**
 * `sync_group` by the rules of Kafka's SyncGroup: the leader's assignments settle the generation, anyone else's call
 * says that it takes part. What a member is assigned, `await_sync` tells once there is an assignment.
 */
import type { OperationAnswer } from '../answer.js';
import type { Refusal } from '../assignment.js';
import { malformed } from '../answer.js';
import type { ImageDraft, ReadableImage } from '../image.js';
import { findTopic } from '../image.js';
import type { InputReader } from '../input-reader.js';
import { MAX_GROUP_MEMBERS } from '../limits.js';
import type { OperationContext } from '../operation-handler.js';
import { findGroup, putGroup } from './group-image.js';
import {
  illegalGeneration,
  memberOf,
  readGeneration,
  readGroupId,
  readMemberId,
  rebalanceInProgress,
  unknownMember,
} from './group-input.js';
import type { Group } from './group-record.js';
import { GroupRecord } from './group-record.js';
import { withSynced } from './rebalance.js';
import { assignByServer } from './server-assignment.js';

export function syncGroup(draft: ImageDraft, input: InputReader, { timestamp }: OperationContext): OperationAnswer {
  const groupId = readGroupId(input);
  const memberId = readMemberId(input);
  const generation = readGeneration(input);
  const given = input.has('assignments') ? readAssignments(input) : undefined;
  if (input.problem !== undefined) return malformed(input.problem);
  const record = findGroup(draft, groupId);
  const found = memberOf(record?.group, memberId);
  if (record === undefined || found === undefined) return unknownMember(groupId, memberId);
  const { group, member } = found;
  const refusal = refuseGeneration(group, generation);
  if (refusal !== undefined) return refusal;
  const settles = group.state === 'CompletingRebalance' && memberId === group.leader;
  if (!settles && member.ready) return { value: null };
  const assignments = settles ? assignmentsOf(draft, group, given) : { value: null };
  if ('error' in assignments) return assignments;
  putGroup(draft, new GroupRecord(withSynced(group, memberId, assignments.value, timestamp), record.offsets));
  return { value: null };
}

function refuseGeneration(group: Group, generation: number): Refusal {
  if (generation !== group.generation) return illegalGeneration(group, generation);
  return group.state === 'PreparingRebalance' ? rebalanceInProgress(group) : undefined;
}

function readAssignments(input: InputReader): ReadonlyMap<string, string> {
  const assignments = input.readers('assignments', MAX_GROUP_MEMBERS);
  return new Map(assignments.map((each) => [readMemberId(each), each.text('assignment', 'a text', () => true)]));
}

/** A leader that gives none leaves it to the server, under the protocols that the server knows. */
function assignmentsOf(
  image: ReadableImage,
  group: Group,
  given: ReadonlyMap<string, string> | undefined,
): OperationAnswer<ReadonlyMap<string, string>> {
  if (given !== undefined) return { value: given };
  return assignByServer(group, (topic) => findTopic(image, topic)?.info.numPartitions);
}
