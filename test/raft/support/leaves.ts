/** Plain data taken apart, so that a test can change each of its leaves in turn. */
import { memberOf } from './network.js';

export type Path = readonly string[];

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

/**
 * The paths of all values that are not themselves objects; byte arrays count as one. An empty object is its own leaf.
 */
export function leaves(value: unknown, path: Path = []): Path[] {
  if (!isObject(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]));
}

export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce((value, key) => (value as Record<string, unknown>)[key], root);
}

function otherValue(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}!`;
  return value instanceof Uint8Array ? value.map((byte) => byte ^ 1) : memberOf(99);
}

/** The state with one leaf replaced; what is on the way to it is copied. */
export function withOther(root: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return otherValue(root);
  const copy = (Array.isArray(root) ? [...(root as unknown[])] : { ...(root as object) }) as Record<string, unknown>;
  copy[key] = withOther(copy[key], rest);
  return copy;
}
