/**
 * Groups in a snapshot: one record a group, and one for each shard of its offsets, so that no record is larger than a
 * shard. Read as warily as all others: what cannot have come from applying operations throws.
 */
import { assert, must } from '../../assert.js';
import { compareCodeUnits } from '../code-units.js';
import type { ImageDraft } from '../image.js';
import { InputReader } from '../input-reader.js';
import {
  MAX_GENERATION,
  MAX_GROUP_MEMBERS,
  MAX_GROUP_PROTOCOLS,
  MAX_MEMBER_ID_LENGTH,
  MAX_REBALANCE_TIMEOUT_MS,
  MAX_SESSION_TIMEOUT_MS,
  MIN_SESSION_TIMEOUT_MS,
} from '../limits.js';
import { readOffset } from './commit.js';
import { findRecordFault } from './group-faults.js';
import { findGroup, listGroups, putGroup } from './group-image.js';
import { readGroupId, readMemberId } from './group-input.js';
import type { Group, GroupMember, GroupState } from './group-record.js';
import { frozenGroup, frozenMember, GroupRecord } from './group-record.js';
import { readProtocol } from './join.js';
import type { CommittedOffset } from './offsets.js';
import { NO_OFFSETS, withOffsets } from './offsets.js';

const STATES: readonly GroupState[] = ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable'];

type Entry = readonly [key: string, record: unknown];

/** By key in code-unit order, like the groups. */
export function* groupEntries(groups: Iterable<GroupRecord>): Generator<Entry, void, void> {
  for (const { group } of groups) yield [group.groupId, group];
}

/** The shard's number stands behind a control character, which is before any character of an id. */
export function* offsetEntries(groups: Iterable<GroupRecord>): Generator<Entry, void, void> {
  for (const { group, offsets } of groups) {
    if (offsets === NO_OFFSETS) continue;
    const { groupId } = group;
    for (const [number, shard] of offsets.entries()) {
      if (shard.size === 0) continue;
      const sorted = [...shard].sort(([a], [b]) => compareCodeUnits(a, b)).map(([, committed]) => listed(committed));
      yield [`${groupId}\u0000${String(number).padStart(3, '0')}`, { groupId, offsets: sorted }];
    }
  }
}

type Listed = readonly [topic: string, partition: number, offset: number, metadata: string, committedAt: number];

function listed({ topic, partition, offset, metadata, committedAt }: CommittedOffset): Listed {
  return [topic, partition, offset, metadata, committedAt];
}

/** Into a draft that holds the topics. */
export function putStoredGroups(draft: ImageDraft, groups: readonly unknown[], shards: readonly unknown[]): void {
  for (const group of groups.map(readGroup)) {
    assert(findGroup(draft, group.groupId) === undefined, `group ${group.groupId} has one record`);
    putGroup(draft, new GroupRecord(group, NO_OFFSETS));
  }
  for (const { groupId, offsets } of shards.map(readShard)) {
    const { group, offsets: before } = must(findGroup(draft, groupId), 'every offset is of a group');
    putGroup(draft, new GroupRecord(group, withOffsets(before, offsets)));
  }
  for (const record of listGroups(draft)) {
    const fault = findRecordFault(draft, record);
    assert(fault === undefined, `group ${record.group.groupId} of the snapshot is none: ${fault ?? ''}`);
  }
}

function readGroup(record: unknown): Group {
  const input = new InputReader(record);
  const isName = (text: string): boolean => text.length <= MAX_MEMBER_ID_LENGTH;
  const group: Group = {
    groupId: readGroupId(input),
    state: input.choice('state', STATES) ?? 'Empty',
    stateSince: input.integer('stateSince', 0, Number.MAX_SAFE_INTEGER),
    protocolType: input.text('protocolType', 'a name', isName),
    protocol: input.text('protocol', 'a name', isName),
    generation: input.integer('generation', 0, MAX_GENERATION),
    leader: input.text('leader', 'a member id', isName),
    members: input.readers('members', MAX_GROUP_MEMBERS).map(readMember),
  };
  assert(input.problem === undefined, `a group of the snapshot is none: ${input.problem ?? ''}`);
  return frozenGroup(group);
}

function readMember(input: InputReader): GroupMember {
  const ready = input.value('ready');
  if (typeof ready !== 'boolean') input.report('ready', 'true or false', ready);
  return frozenMember({
    memberId: readMemberId(input),
    sessionTimeoutMs: input.integer('sessionTimeoutMs', MIN_SESSION_TIMEOUT_MS, MAX_SESSION_TIMEOUT_MS),
    rebalanceTimeoutMs: input.integer('rebalanceTimeoutMs', 1, MAX_REBALANCE_TIMEOUT_MS),
    protocols: input.readers('protocols', MAX_GROUP_PROTOCOLS).map(readProtocol),
    assignment: input.text('assignment', 'a text', () => true),
    ready: ready === true,
  });
}

function readShard(record: unknown): { groupId: string; offsets: CommittedOffset[] } {
  const input = new InputReader(record);
  const shard = {
    groupId: readGroupId(input),
    offsets: input.list('offsets', Number.MAX_SAFE_INTEGER).map(readListed),
  };
  assert(input.problem === undefined, `offsets of the snapshot are none: ${input.problem ?? ''}`);
  return shard;
}

function readListed(given: unknown): CommittedOffset {
  assert(Array.isArray(given), 'an offset is a list');
  const [topic, partition, offset, metadata, committedAt] = given as unknown[];
  const input = new InputReader({ topic, partition, offset, metadata, committedAt });
  const committed = {
    ...readOffset(input),
    committedAt: input.integer('committedAt', 0, Number.MAX_SAFE_INTEGER),
  };
  assert(input.problem === undefined, `an offset of the snapshot is none: ${input.problem ?? ''}`);
  return committed;
}
