/**
 * One pass over all partitions for elections that are due: bounded, so that no operation holds up the others for long.
 */
import type { Image } from '../metadata/image.js';
import type { Operation } from '../metadata/model.js';
import type { ElectionKind, OperationData } from '../metadata/operations.js';
import { findElections } from '../metadata/wanted-elections.js';

/** KRaft's bound. */
const MAX_ELECTIONS_PER_PASS = 1_000;

export interface ElectionPass {
  /** To be proposed; each partition is looked at again when they are applied. At most one. */
  readonly operations: readonly Operation[];
  /** There may be more: the next pass is due at once, when these have been applied. */
  readonly hasMore: boolean;
}

export function passOver(image: Image, kind: ElectionKind): ElectionPass {
  const found = findElections(image, kind, MAX_ELECTIONS_PER_PASS);
  if (found.length === 0) return { operations: [], hasMore: false };
  const partitions = found.map(({ topic, partition }) => ({ topic, partition }));
  const data: OperationData['elect_leaders'] = { kind, partitions };
  return { operations: [{ type: 'elect_leaders', data }], hasMore: found.length === MAX_ELECTIONS_PER_PASS };
}
