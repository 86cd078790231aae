/** Operations over two groups, members who are found by their number, and a clock that makes weeks pass. */
import fc from 'fast-check';
import type { GroupOperation, NaiveGroups } from './naive-groups.js';

export interface DrawnOperation {
  readonly type: string;
  /**
   * Member ids are only known once they were answered: '#3' is the third of the group's members. Generations are
   * relative to that of the group.
   */
  readonly data: Readonly<Record<string, unknown>>;
  /** Since the operation before. */
  readonly passedMs: number;
}

export const TOPICS: Readonly<Record<string, number>> = { a: 3, b: 1 };

const groupId = fc.constantFrom('g', 'g', 'h');
const member = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map((number) => `#${number}`) },
  { weight: 1, arbitrary: fc.constant('nobody') },
);
const generation = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1) });
const protocols = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      [
        { name: 'x', metadata: '' },
        { name: 'y', metadata: '' },
      ],
      [
        { name: 'y', metadata: '' },
        { name: 'x', metadata: '' },
      ],
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom([{ name: 'x', metadata: 'm' }], [{ name: 'y', metadata: '' }]) },
  { weight: 1, arbitrary: fc.constantFrom([], [{ name: 'z', metadata: '' }]) },
);
const offset = fc.record(
  {
    topic: fc.constantFrom('a', 'a', 'a', 'b', 'none'),
    partition: fc.integer({ min: 0, max: 2 }),
    offset: fc.integer({ min: 0, max: 9 }),
    metadata: fc.constantFrom('', 'm'),
  },
  { requiredKeys: ['topic', 'partition', 'offset'] },
);

const DATA = {
  join_group: fc.record({
    groupId,
    memberId: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 3, arbitrary: member }),
    sessionTimeoutMs: fc.constantFrom(10, 6_000, 6_000, 9),
    rebalanceTimeoutMs: fc.constantFrom(1, 60_000, 0),
    protocolType: fc.constantFrom('consumer', 'consumer', 'consumer', 'consumer', 'connect', ''),
    protocols,
  }),
  sync_group: fc.record(
    {
      groupId,
      memberId: member,
      generation,
      assignments: fc.array(fc.record({ memberId: member, assignment: fc.constantFrom('p', 'q') }), { maxLength: 4 }),
    },
    { requiredKeys: ['groupId', 'memberId', 'generation'] },
  ),
  leave_group: fc.record({ groupId, memberId: member }),
  commit_offsets: fc.record(
    { groupId, memberId: member, generation, offsets: fc.array(offset, { maxLength: 3 }) },
    { requiredKeys: ['groupId', 'offsets'] },
  ),
  delete_group: fc.record({ groupId }),
  expire_group_members: fc.record({ groupId, generation, memberIds: fc.array(member, { maxLength: 3 }) }),
  complete_rebalance: fc.record({ groupId, generation, phase: fc.constantFrom('join' as const, 'sync' as const) }),
  expire_offsets: fc.record({ groupId }),
  delete_topic: fc.record({ name: fc.constant('a') }),
};

const WEEK_AND_MORE_MS = 700_000_000;
const WEIGHTS: Partial<Record<keyof typeof DATA, number>> = {
  join_group: 8,
  sync_group: 8,
  commit_offsets: 4,
  complete_rebalance: 3,
  delete_topic: 1,
};

const anyOperation = fc.oneof(
  ...Object.entries(DATA).map(([type, arbitrary]) => ({
    weight: WEIGHTS[type as keyof typeof DATA] ?? 2,
    arbitrary: fc.record({
      type: fc.constant(type),
      data: arbitrary as fc.Arbitrary<Record<string, unknown>>,
      passedMs: fc.constantFrom(0, 1, 1, 1, WEEK_AND_MORE_MS),
    }),
  })),
);

export const anyGroupHistory: fc.Arbitrary<DrawnOperation[]> = fc.array(anyOperation, { size: 'max', maxLength: 120 });

export type ResolvedOperation =
  GroupOperation | { readonly type: 'delete_topic'; readonly data: { readonly name: string }; timestamp: number };

/** What a drawn operation means in the state that the model is in. */
export function resolve({ type, data }: DrawnOperation, model: NaiveGroups, timestamp: number): ResolvedOperation {
  const group = model.groups[String(data['groupId'])];
  const idOf = (given: string): string =>
    given.startsWith('#') ? (group?.members[Number(given.slice(1)) - 1]?.memberId ?? 'nobody') : given;
  const resolved = JSON.parse(JSON.stringify(data), (name, value: unknown) => {
    if (name === 'generation') return (group?.generation ?? 0) + (value as number);
    if (name === 'memberIds') return (value as string[]).map(idOf);
    return name === 'memberId' ? idOf(value as string) : value;
  }) as object;
  return { type, data: resolved, timestamp } as ResolvedOperation;
}
