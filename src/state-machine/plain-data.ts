/**
 * Answers of state machines as JSON and back. JSON lacks some of what structured clone carries, so those few get a
 * tagged form, `{"$": kind, "value": …}`; an object with a member "$" of its own is tagged too. Anything else
 * (functions, class instances, maps, dates) is no plain data and is refused: an answer must be the same before and
 * after a snapshot. So is what is nested deeper than every thread's stack is sure to bear.
 */
import { assert } from '../assert.js';

const TAG = '$';
const MAX_DEPTH = 500;

export function toJson(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : tagged('number', numberText(value));
    case 'undefined':
      return tagged('undefined', null);
    case 'bigint':
      return tagged('bigint', String(value));
    default:
      return value === null ? null : objectToJson(value, depth + 1);
  }
}

export function fromJson(json: unknown, depth = 0): unknown {
  if (typeof json !== 'object' || json === null) return json;
  assertShallow(depth);
  const inner = (each: unknown): unknown => fromJson(each, depth + 1);
  if (Array.isArray(json)) return json.map(inner);
  const members = json as Record<string, unknown>;
  if (!Object.hasOwn(members, TAG)) return mapMembers(members, inner);
  const value = members['value'];
  switch (members[TAG]) {
    case 'number':
      return Number(value);
    case 'undefined':
      return undefined;
    case 'bigint':
      return BigInt(value as string);
    case 'bytes':
      return Uint8Array.from((value as string).match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    default:
      return mapMembers(value as Record<string, unknown>, inner);
  }
}

/** A deep copy, which the one who gave `value` cannot change any more. Throws on what is no plain data. */
export function copyPlain(value: unknown): unknown {
  return fromJson(toJson(value));
}

function objectToJson(value: unknown, depth: number): unknown {
  assertShallow(depth);
  const inner = (each: unknown): unknown => toJson(each, depth);
  if (Array.isArray(value)) return Array.from(value, inner);
  if (value instanceof Uint8Array) {
    return tagged('bytes', Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  assert(isPlainObject(value), `an answer must be plain data, which ${kindOf(value)} is not`);
  const members = mapMembers(value, inner);
  return Object.hasOwn(value, TAG) ? tagged('object', members) : members;
}

/** Without asking the value itself, whose `toString` may be anything. */
function kindOf(value: unknown): string {
  return typeof value === 'object' ? Object.prototype.toString.call(value) : typeof value;
}

function assertShallow(depth: number): void {
  assert(depth <= MAX_DEPTH, `an answer is nested at most ${MAX_DEPTH} deep`);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Defines members rather than assigning them, so that '__proto__' is a name like any other. */
function mapMembers(members: Record<string, unknown>, map: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, map(value)]));
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function tagged(kind: string, value: unknown): Record<string, unknown> {
  return { [TAG]: kind, value };
}
