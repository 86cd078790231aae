/** SHA-256, the one hash of states. The only file here that uses a node: builtin; a pure function all the same. */
import { createHash } from 'node:crypto';

/** Hexadecimal digest of the parts, one after the other. */
export function digestOf(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
