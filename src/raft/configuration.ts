/**
 * Members and configurations: comparison, encoding as an entry's payload, and the history that lets a configuration
 * take effect when appended and roll back when its entry is truncated (thesis 4.1). Who may change it is in
 * `membership.ts`.
 */
import { assert, must } from '../assert.js';
import { EntryKind, endsOf, packPayloads, payloadAt, type EntryRun, type PackedPayloads } from './entries.js';
import type { Configuration, Member } from './messages.js';
import { readConfiguration } from './well-formed.js';

/** A configuration and the entry (or snapshot) that brought it. */
export interface PlacedConfiguration {
  readonly index: number;
  readonly configuration: Configuration;
}

export function sameMember(left: Member | null, right: Member | null): boolean {
  if (left === null || right === null) return left === right;
  return left.id === right.id && left.incarnation === right.incarnation;
}

export function includesMember(members: readonly Member[], member: Member): boolean {
  return members.some((each) => sameMember(each, member));
}

export function withoutMember(members: readonly Member[], member: Member): readonly Member[] {
  return members.filter((each) => !sameMember(each, member));
}

export function sameConfiguration(left: Configuration, right: Configuration): boolean {
  return left === right || (sameMembers(left.voters, right.voters) && sameMembers(left.learners, right.learners));
}

function sameMembers(left: readonly Member[], right: readonly Member[]): boolean {
  return left.length === right.length && left.every((member) => includesMember(right, member));
}

export function packConfiguration(configuration: Configuration): PackedPayloads {
  const json = new TextEncoder().encode(JSON.stringify(configuration));
  const payload = new Uint8Array(1 + json.length);
  payload[0] = EntryKind.configuration;
  payload.set(json, 1);
  return packPayloads([payload]);
}

/** Of an entry of that kind; that it can be read was asked when the entry came in. */
export function unpackConfiguration(payload: Uint8Array): Configuration {
  return must(readConfiguration(payload), 'a configuration in its entry');
}

/** The configurations among the entries of a run. */
export function configurationsIn(run: EntryRun): PlacedConfiguration[] {
  const found: PlacedConfiguration[] = [];
  const ends = endsOf(run);
  const head = run.count * Uint32Array.BYTES_PER_ELEMENT;
  let start = head;
  for (let position = 0; position < run.count; position += 1) {
    const end = head + must(ends[position], 'end offset');
    if (end > start && run.data[start] === EntryKind.configuration) {
      found.push({ index: run.firstIndex + position, configuration: unpackConfiguration(payloadAt(run, position)) });
    }
    start = end;
  }
  return found;
}

export function latestConfiguration(history: readonly PlacedConfiguration[]): PlacedConfiguration {
  return must(history.at(-1), 'a configuration');
}

/** The one in force at `index`, which is not before the history's first. */
export function configurationAt(history: readonly PlacedConfiguration[], index: number): Configuration {
  const placed = history.findLast((each) => each.index <= index);
  assert(placed !== undefined, `configuration at ${index}`);
  return placed.configuration;
}
