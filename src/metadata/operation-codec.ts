/**
 * An operation as the bytes of a log entry: JSON in UTF-8, in one of two forms that the first byte tells apart. Any
 * operation can stand as the object `{"type":…,"data":{…},"timestamp":…}`; those that come most often are written as a
 * list, `["update_leader","orders",3,2,5,1700000000000]`: half the bytes, and half the time to write and to read.
 */
import type { OperationData } from './operations.js';

type ListedType = 'update_leader' | 'update_isr' | 'update_replica_list';
type Listed = { readonly [Type in ListedType]: readonly (keyof OperationData[Type])[] };

/** The members of `data` in their order: part of the format. The type stands before them, the timestamp behind. */
const LISTED: Listed = {
  update_leader: ['topic', 'partition', 'leader', 'leaderEpoch'],
  update_isr: ['topic', 'partition', 'isr'],
  update_replica_list: ['topic', 'partition', 'replicas'],
};
const MEMBERS_OF: ReadonlyMap<unknown, readonly string[]> = new Map(Object.entries(LISTED));
const MEMBERS_BESIDE_DATA = 2;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Plain JSON data: a member that is there is not undefined. */
export interface PlainOperation {
  readonly type: unknown;
  readonly data: unknown;
  readonly timestamp?: unknown;
  readonly placementSeed?: unknown;
}

/** The operation at this time; the time's text and one closing bracket stand last. */
export function operationToText(operation: PlainOperation, timestamp: unknown): string {
  return listText(operation, timestamp) ?? JSON.stringify({ ...operation, timestamp });
}

/** What the bytes say, an operation or not; undefined when they are no JSON. */
export function decodeOperation(bytes: Uint8Array): unknown {
  const json = decodeJson(bytes);
  return Array.isArray(json) ? operationOf(json) : json;
}

/** JSON in UTF-8; undefined when it is not. JSON itself never means undefined. */
export function decodeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

/** Undefined: the operation has other members than the list would hold. */
function listText(operation: PlainOperation, timestamp: unknown): string | undefined {
  const { type, data } = operation;
  const members = MEMBERS_OF.get(type);
  if (members === undefined || !hasOnly(operation, operation.timestamp === undefined ? 2 : 3)) return undefined;
  if (typeof data !== 'object' || data === null || !hasOnly(data, members.length)) return undefined;
  let text = `["${type as string}"`;
  for (const name of members) {
    const value = (data as Record<string, unknown>)[name];
    if (value === undefined) return undefined;
    text += typeof value === 'number' ? `,${value}` : `,${JSON.stringify(value)}`;
  }
  return `${text},${timestamp as number}]`;
}

function hasOnly(value: object, count: number): boolean {
  return Object.keys(value).length === count;
}

function operationOf(list: readonly unknown[]): unknown {
  const [type] = list;
  const members = MEMBERS_OF.get(type);
  if (list.length !== (members?.length ?? 0) + MEMBERS_BESIDE_DATA || members === undefined) return list;
  const data: Record<string, unknown> = {};
  for (let place = 0; place < members.length; place += 1) data[members[place] as string] = list[place + 1];
  return { type, data, timestamp: list.at(-1) };
}
