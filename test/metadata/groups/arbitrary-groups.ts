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

/** Mostly the usual, so that members meet. */
function mostly<Value>(usual: readonly Value[], odd: readonly Value[]): fc.Arbitrary<Value> {
  return fc.oneof(
    { weight: 16, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

const groupId = mostly(['g', 'g', 'g', 'g', 'h'], ['other']);
const member = mostly(['#1', '#2', '#3', '#4'], ['nobody']);
const generation = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1) });
const named = (...names: string[]) => names.map((name) => ({ name, metadata: '' }));
const protocols = mostly(
  [named('x', 'y'), named('x', 'y'), named('x', 'y'), named('y', 'x')],
  [[{ name: 'x', metadata: 'm' }], named('y'), named('z'), named('x', 'x'), []],
);
const offset = fc.record(
  {
    topic: mostly(['a', 'a', 'b'], ['none']),
    partition: fc.integer({ min: 0, max: 2 }),
    offset: fc.integer({ min: 0, max: 9 }),
    metadata: fc.constantFrom('', 'm'),
  },
  { requiredKeys: ['topic', 'partition', 'offset'] },
);

const DATA = {
  join_group: fc.record({
    groupId,
    memberId: fc.oneof({ weight: 1, arbitrary: fc.constant('') }, { weight: 4, arbitrary: member }),
    sessionTimeoutMs: mostly([6_000], [10, 9]),
    rebalanceTimeoutMs: mostly([60_000], [1, 0]),
    protocolType: mostly(['consumer'], ['connect', '']),
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
  ...{ join_group: 14, sync_group: 14, commit_offsets: 6, leave_group: 2, complete_rebalance: 2 },
  ...{ expire_group_members: 2, delete_topic: 1 },
};

const anyOperation = fc.oneof(
  ...Object.entries(DATA).map(([type, arbitrary]) => ({
    weight: WEIGHTS[type as keyof typeof DATA] ?? 1,
    arbitrary: fc.record({
      type: fc.constant(type),
      data: arbitrary as fc.Arbitrary<Record<string, unknown>>,
      passedMs: mostly([0, 1], [-1, WEEK_AND_MORE_MS]),
    }),
  })),
);

/** Begins with three members of one group, so that there is someone to wait for. */
export const anyGroupHistory: fc.Arbitrary<DrawnOperation[]> = fc
  .array(anyOperation, { size: 'max', maxLength: 120 })
  .map((operations) => [...['', '', '', '#1', '#2'].map(joinOf), ...operations]);

function joinOf(memberId: string): DrawnOperation {
  const times = { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 60_000 };
  const data = { groupId: 'g', memberId, ...times, protocolType: 'consumer', protocols: named('x', 'y') };
  return { type: 'join_group', data, passedMs: 1 };
}

export type ResolvedOperation =
  GroupOperation | { readonly type: 'delete_topic'; readonly data: { readonly name: string }; timestamp: number };

/** What a drawn operation means in the state that the model is in. */
export function resolve({ type, data }: DrawnOperation, model: NaiveGroups, timestamp: number): ResolvedOperation {
  const group = model.groups[String(data['groupId'])];
  const members = group?.members ?? [];
  const idOf = (given: string): string =>
    given.startsWith('#') ? (members[(Number(given.slice(1)) - 1) % members.length]?.memberId ?? 'nobody') : given;
  const resolved = JSON.parse(JSON.stringify(data), (name, value: unknown) => {
    if (name === 'generation') return (group?.generation ?? 0) + (value as number);
    if (name === 'memberIds') return (value as string[]).map(idOf);
    return name === 'memberId' ? idOf(value as string) : value;
  }) as object;
  return { type, data: resolved, timestamp } as ResolvedOperation;
}
