/**
 * How members of a classic group leave the assignment to the server, as KIP-848 does for its new protocol: they join
 * under the protocol `range` or `uniform` with the metadata `{"topics":["orders"]}`, and the leader syncs without
 * assignments. Each member's assignment is then `{"partitions":{"orders":[0,1]}}`. Metadata of another form is a
 * client's own business, and so is then the assignment.
 */
import { canonicalJson } from '../../state-machine/canonical-json.js';
import type { OperationAnswer } from '../answer.js';
import { rejected } from '../answer.js';
import { MAX_ASSIGNED_PARTITIONS } from '../limits.js';
import type { Assignment, PartitionCount, Subscriber } from './assignors.js';
import { assignRange, assignUniform } from './assignors.js';
import type { Group, GroupMember } from './group-record.js';

const ASSIGNORS = new Map([
  ['range', assignRange],
  ['uniform', assignUniform],
]);

/** Assignments by member; none under a protocol that is not the server's, where Kafka too assigns nothing then. */
export function assignByServer(
  group: Group,
  partitionsOf: PartitionCount,
): OperationAnswer<ReadonlyMap<string, string>> {
  const assign = ASSIGNORS.get(group.protocol);
  if (assign === undefined) return { value: new Map() };
  const subscribers: Subscriber[] = [];
  for (const member of group.members) {
    const topics = topicsOf(member, group.protocol);
    if (topics === null) {
      const wanted = `the metadata of ${member.memberId} for ${group.protocol} must be {"topics":[…]}`;
      return rejected('InvalidArgument', `${wanted} where the leader gives no assignments`);
    }
    subscribers.push({ memberId: member.memberId, topics, owned: partitionsIn(member.assignment) });
  }
  const topics = new Set(subscribers.flatMap((subscriber) => subscriber.topics));
  const total = [...topics].reduce((sum, topic) => sum + (partitionsOf(topic) ?? 0), 0);
  if (total > MAX_ASSIGNED_PARTITIONS) {
    return rejected('InvalidArgument', `more than ${MAX_ASSIGNED_PARTITIONS} partitions to assign at once`);
  }
  const assigned = [...assign(subscribers, partitionsOf)];
  return { value: new Map(assigned.map(([memberId, partitions]) => [memberId, canonicalJson({ partitions })])) };
}

/** Of all members; null where the server cannot read what they subscribe to. */
export function subscribedTopics({ protocol, members }: Group): ReadonlySet<string> | null {
  if (!ASSIGNORS.has(protocol)) return null;
  const all = new Set<string>();
  for (const member of members) {
    const topics = topicsOf(member, protocol);
    if (topics === null) return null;
    for (const topic of topics) all.add(topic);
  }
  return all;
}

function topicsOf({ protocols }: GroupMember, protocol: string): readonly string[] | null {
  const metadata = protocols.find(({ name }) => name === protocol)?.metadata ?? '';
  const topics = memberOfJson(metadata, 'topics');
  return isListOf(topics, (topic) => typeof topic === 'string') ? (topics as string[]) : null;
}

/** What cannot be read is nothing. */
function partitionsIn(assignment: string): Assignment {
  const partitions = memberOfJson(assignment, 'partitions');
  if (typeof partitions !== 'object' || partitions === null) return {};
  const isPartition = (number: unknown): boolean => Number.isSafeInteger(number) && (number as number) >= 0;
  return Object.fromEntries(
    Object.entries(partitions as Record<string, unknown>).filter(([, list]) => isListOf(list, isPartition)),
  ) as Assignment;
}

function memberOfJson(text: string, name: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && Object.hasOwn(json, name)) return (json as never)[name];
  } catch {
    // No JSON: a text of the client's own.
  }
  return undefined;
}

function isListOf(value: unknown, fits: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}
