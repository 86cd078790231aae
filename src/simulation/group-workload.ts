/**
 * Operations over two consumer groups, so that members meet. A member's id is known to who is answered it, which a
 * drawn operation is not: it guesses, and is right about one member or other in a run.
 */
import { drawChance, drawInteger, type Random } from '../random.js';
import type { GroupOperationData } from '../metadata/groups/operations.js';

const TOPICS = ['a', 'b', 'c.d'];
const PARTITIONS = 3;
const LIKELY_INDEXES = 60;

const groupId = (random: Random): string => (drawChance(random, 0.5) ? 'g' : 'h');
const generation = (random: Random): number => drawInteger(random, 1, 4);
const pick = (random: Random, texts: readonly string[]): string => texts[drawInteger(random, 0, texts.length)] ?? '';

/** As `join_group` makes it of the time of the operation and its place in the log. */
function guessedMember(random: Random): string {
  return `consumer-${JOINED_AT}-${drawInteger(random, 1, LIKELY_INDEXES)}`;
}

/** Of every join. */
export const JOINED_AT = 1;

export const GROUP_DATA: { readonly [Type in keyof GroupOperationData]: (random: Random) => GroupOperationData[Type] } =
  {
    join_group: (random) => ({
      groupId: groupId(random),
      memberId: drawChance(random, 0.6) ? '' : guessedMember(random),
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: ['uniform', 'range'].map((name) => ({
        name,
        metadata: JSON.stringify({ topics: [pick(random, TOPICS)] }),
      })),
    }),
    sync_group: (random) => ({
      groupId: groupId(random),
      memberId: guessedMember(random),
      generation: generation(random),
    }),
    leave_group: (random) => ({ groupId: groupId(random), memberId: guessedMember(random) }),
    commit_offsets: (random) => ({
      groupId: groupId(random),
      offsets: [{ topic: pick(random, TOPICS), partition: drawInteger(random, 0, PARTITIONS), offset: 5 }],
    }),
    delete_group: (random) => ({ groupId: groupId(random) }),
    expire_group_members: (random) => ({
      groupId: groupId(random),
      generation: generation(random),
      memberIds: [guessedMember(random), guessedMember(random)],
    }),
    complete_rebalance: (random) => ({
      groupId: groupId(random),
      generation: generation(random),
      phase: drawChance(random, 0.5) ? 'join' : 'sync',
    }),
    expire_offsets: (random) => ({ groupId: groupId(random) }),
  };
