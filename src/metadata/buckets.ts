/** A large map as an array of small ones, of which a change copies only those that it touches. Immutable. */

export type Buckets<Key, Kept> = readonly ReadonlyMap<Key, Kept>[];

export function emptyBuckets<Key, Kept>(count: number): Buckets<Key, Kept> {
  return new Array<ReadonlyMap<Key, Kept>>(count).fill(new Map());
}

/** With every change made: null removes. Each bucket is copied at most once. */
export function withChanges<Key, Kept>(
  buckets: Buckets<Key, Kept>,
  changes: Iterable<readonly [Key, Kept | null]>,
  bucketOf: (key: Key) => number,
): Buckets<Key, Kept> {
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
