/**
 * Names under which nodes appear: the same state with its nodes permuted behaves the same, so that an explorer need
 * see one of them only. The first naming is each node's own id.
 */
import { EntryKind } from '../../src/raft/entries.js';
import { unpackConfiguration } from '../../src/raft/configuration.js';
import type { Configuration, Member } from '../../src/raft/messages.js';
import type { CanonicalNames } from '../../src/raft/state-copy.js';

export interface Names extends CanonicalNames {
  configuration(configuration: Configuration): string;
}

/** One for each order of the nodes 1..`count`. */
export function allNames(count: number): Names[] {
  const ids = Array.from({ length: count }, (_, position) => position + 1);
  return permutations(ids).map(namesOf);
}

function permutations(ids: readonly number[]): number[][] {
  if (ids.length === 0) return [[]];
  return ids.flatMap((id) => permutations(ids.filter((each) => each !== id)).map((rest) => [id, ...rest]));
}

function namesOf(order: readonly number[]): Names {
  const node = (id: number): number => order[id - 1] ?? id;
  const member = ({ id, incarnation }: Member): string => `${node(id)}${incarnation}`;
  const list = (members: readonly Member[]): string => members.map(member).sort().join(' ');
  const configuration = ({ voters, learners }: Configuration): string =>
    learners.length === 0 ? `{${list(voters)}}` : `{${list(voters)}, learning ${list(learners)}}`;
  const payload = (bytes: Uint8Array): string => {
    if (bytes[0] === EntryKind.noOp) return '';
    if (bytes[0] === EntryKind.configuration) return configuration(unpackConfiguration(bytes));
    return String.fromCharCode(...bytes.subarray(1));
  };
  return { node, member, payload, configuration };
}
