/**
 * Immutable maps cut into buckets by a hash of the key: a change copies the buckets that it touches, and who holds the
 * rest holds the same objects. The hash is a constant of the format.
 */

/** Null removes. */
export function withChanges<Key, Kept>(
  buckets: readonly ReadonlyMap<Key, Kept>[],
  changes: ReadonlyMap<Key, Kept | null>,
  bucketOf: (key: Key) => number,
): readonly ReadonlyMap<Key, Kept>[] {
  const next = [...buckets];
  const copies = new Map<number, Map<Key, Kept>>();
  for (const [key, record] of changes) {
    const number = bucketOf(key);
    let bucket = copies.get(number);
    if (bucket === undefined) {
      bucket = new Map(buckets[number]);
      copies.set(number, bucket);
      next[number] = bucket;
    }
    if (record === null) bucket.delete(key);
    else bucket.set(key, record);
  }
  return next;
}

/** FNV-1a over code units. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let position = 0; position < key.length; position += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(position), 0x01000193);
  }
  return hash >>> 0;
}

export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
