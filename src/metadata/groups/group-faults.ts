/**
 * What must hold of every group, whatever was applied, and from one state of it to the next: for the invariants, and
 * for what a snapshot says that it holds.
 */
import type { ReadableImage } from '../image.js';
import { findPartition, findTopic } from '../image.js';
import { partitionId } from '../model.js';
import type { Group, GroupRecord } from './group-record.js';
import { findMember } from './group-record.js';
import { listOffsets } from './offsets.js';

/** The first rule broken, as a sentence. */
export function findRecordFault(image: ReadableImage, { group, offsets }: GroupRecord): string | undefined {
  for (const { topic, partition } of listOffsets(offsets)) {
    const record = findTopic(image, topic);
    if (record === undefined || findPartition(record, partition) === undefined) {
      return `its offset is of ${partitionId(topic, partition)}, which exists`;
    }
  }
  return findGroupFault(group);
}

function findGroupFault(group: Group): string | undefined {
  return RULES.find(([holds]) => !holds(group))?.[1];
}

/**
 * From one state to a later one of the same group, which a member that is in both shows it to be: another group of its
 * name has other members.
 */
export function findGenerationFault(before: Group, after: Group): string | undefined {
  if (!after.members.some(({ memberId }) => findMember(before, memberId) !== undefined)) return undefined;
  const rebalanced = before.state === 'PreparingRebalance' || !haveSameMembers(before, after);
  const least = before.generation + (hasGeneration(after) && rebalanced ? 1 : 0);
  return after.generation < least ? `generation ${after.generation} follows ${before.generation}` : undefined;
}

function haveSameMembers({ members }: Group, after: Group): boolean {
  const staying = members.filter(({ memberId }) => findMember(after, memberId) !== undefined);
  return staying.length === members.length && staying.length === after.members.length;
}

type Rule = readonly [holds: (group: Group) => boolean, sentence: string];

const RULES: readonly Rule[] = [
  [
    ({ state, members }) => (state === 'Empty') === (members.length === 0),
    'it is Empty without members, and only then',
  ],
  [({ members }) => new Set(members.map(({ memberId }) => memberId)).size === members.length, 'its members differ'],
  [
    (group) => (group.members.length === 0 ? group.leader === '' : findMember(group, group.leader) !== undefined),
    'its leader is a member',
  ],
  [
    ({ protocolType, generation }) => (protocolType === '') === (generation === 0),
    'it has a protocol type from its first generation on',
  ],
  [
    ({ members, state }) => state !== 'PreparingRebalance' || members.some(({ ready }) => !ready),
    'it prepares while some have not joined',
  ],
  [
    (group) => !hasGeneration(group) || findMember(group, group.leader)?.ready === (group.state === 'Stable'),
    'it is Stable from when its leader syncs',
  ],
  [
    ({ members, protocol, state }) =>
      state === 'Empty' ? protocol === '' : state === 'PreparingRebalance' || isCommon(members, protocol),
    'all its members know its protocol',
  ],
  [
    ({ members }) => members.length === 0 || members[0]?.protocols.some(({ name }) => isCommon(members, name)) === true,
    'its members have a protocol in common',
  ],
];

function hasGeneration({ state }: Group): boolean {
  return state === 'CompletingRebalance' || state === 'Stable';
}

function isCommon(members: Group['members'], protocol: string): boolean {
  return members.every(({ protocols }) => protocols.some(({ name }) => name === protocol));
}
