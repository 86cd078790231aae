/** CRC-32 of what is written to files: finds every torn sector and flipped bit, wards off no forger. */
import { crc32 } from 'node:zlib';
import type { StorageIdentity } from './storage.js';

/** `seed`: the checksum of what stands before, or of whose bytes these are. */
export function checksum(bytes: Uint8Array, seed = 0): number {
  return crc32(bytes, seed);
}

/** Where checksums begin in the files of one node: what another node or incarnation wrote never verifies. */
export function identitySeed({ clusterId, member }: StorageIdentity): number {
  return crc32(JSON.stringify([clusterId, member.id, member.incarnation]));
}
