/**
 * Files of a node: log records, segments, the synced mark, `cluster.json`, `identity.json`. A share of each is sealed
 * again after it was mutated, or nothing behind the checksums would ever see it.
 */
import { ClusterError } from '../../src/errors.js';
import { readSurvivingLog } from '../../src/offline/surviving-log.js';
import { defaultRaftLimits } from '../../src/raft/limits.js';
import { payloadAt } from '../../src/raft/entries.js';
import { createRaft } from '../../src/raft/state.js';
import { drawChance, drawInteger, type Random } from '../../src/random.js';
import { checksum, identitySeed } from '../../src/storage/checksum.js';
import { readClusterFile, readIdentity, refuseOrphans, takeNewFolders } from '../../src/storage/data-folder.js';
import { writeJsonFile } from '../../src/storage/json-file.js';
import { createLogFiles, openLogFiles, type LogFilesOptions } from '../../src/storage/log-files.js';
import {
  decodeHead,
  decodeRecord,
  encodeRecord,
  nextMagic,
  RECORD_HEAD_BYTES,
  sealRecord,
} from '../../src/storage/log-record.js';
import { SEGMENT_HEADER_BYTES } from '../../src/storage/log-segment.js';
import { readSyncedMark } from '../../src/storage/synced-mark.js';
import { createMemoryDisk, type MemoryDisk } from '../storage/support/memory-disk.js';
import { identity, persistOf, run, snapshotAt } from '../storage/support/logs.js';
import { mutateBytes, pick } from './mutate-bytes.js';
import { mutateJson, mutateValue } from './mutate-json.js';
import { outcomeOf, require, type Outcome, type Target } from './target.js';

const FOLDER = '/node-1';
const seed = identitySeed(identity);
const vote = { id: 2, incarnation: 'incarnation-2' };
const encoder = new TextEncoder();

const RECORDS = [
  { term: 3, vote, after: { index: 4, term: 2 }, reset: false, entries: [run(5, 3, 2), run(8, 1, 3)] },
  { term: 3, vote: null, after: { index: 9, term: 3 }, reset: true, entries: [] },
  { term: 4, vote, after: { index: 9, term: 3 }, reset: false, entries: [run(10, 6, 4, 30)] },
].map((record) => {
  const encoded = encodeRecord(record, seed);
  sealRecord(encoded, { position: 0, syncedPosition: 0, previousChecksum: 1 }, seed);
  return joined(encoded.parts);
});

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Makes head and body of the record at this offset consistent again; false when there is no room for one. */
function sealAgain(bytes: Uint8Array, offset: number, previousChecksum?: number): number | null {
  const end = offset + RECORD_HEAD_BYTES;
  if (end > bytes.length) return null;
  const fields = view(bytes);
  const bodyBytes = fields.getUint32(offset + 4, true);
  if (previousChecksum !== undefined) fields.setUint32(offset + 24, previousChecksum, true);
  fields.setUint32(offset + 28, checksum(bytes.subarray(end, end + bodyBytes), seed), true);
  const sum = checksum(bytes.subarray(offset, end - 4), seed);
  fields.setUint32(end - 4, sum, true);
  return sum;
}

export const records: Target = {
  kind: 'log-record',
  share: 300_000,
  create: () => (random) => {
    const bytes = mutateBytes(random, pick(random, RECORDS), pick(random, RECORDS));
    if (drawChance(random, 0.8)) sealAgain(bytes, 0);
    const offset = nextMagic(bytes, 0);
    const head = offset === null ? null : decodeHead(bytes, offset, 0, seed);
    const record = head === null ? null : decodeRecord(bytes, offset ?? 0, head, seed);
    if (record === null) return 'refused';
    for (const each of record.entries) for (let at = 0; at < each.count; at += 1) payloadAt(each, at);
    return 'accepted';
  },
};

/** Files of a log of three segments, by path; made once. */
let written: ReadonlyMap<string, Uint8Array> | undefined;

function logFiles(disk: MemoryDisk): LogFilesOptions {
  const options: LogFilesOptions = { disk, folder: FOLDER, identity, durability: 'fsync', segmentBytes: 512 };
  if (written === undefined) {
    createLogFiles(options);
    const { storage } = openLogFiles(options, snapshotAt(0, 0));
    storage.persist(persistOf({ term: 1, vote, entries: [run(1, 3, 1, 30)] }));
    storage.persist(persistOf({ term: 2, entries: [run(4, 4, 2, 30)] }));
    storage.persist(persistOf({ term: 3, truncateFrom: 6, entries: [run(6, 4, 3, 30)] }));
    storage.persist(persistOf({ term: 3, entries: [run(10, 4, 3, 30)] }));
    storage.close();
    written = new Map(disk.files);
  }
  disk.files.clear();
  for (const [path, bytes] of written) disk.files.set(path, Uint8Array.from(bytes));
  return options;
}

/** Header and records of a segment, each linked to the one before. */
function sealSegment(bytes: Uint8Array): void {
  if (bytes.length < SEGMENT_HEADER_BYTES) return;
  const end = SEGMENT_HEADER_BYTES - 4;
  let sum: number | null = checksum(bytes.subarray(0, end));
  view(bytes).setUint32(end, sum, true);
  let offset = nextMagic(bytes, SEGMENT_HEADER_BYTES);
  while (offset !== null && sum !== null) {
    sum = sealAgain(bytes, offset, sum);
    offset = nextMagic(bytes, offset + 8);
  }
}

function mutatedSegment(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  if (bytes[0] === 0x7b && drawChance(random, 0.3)) {
    const end = bytes.indexOf(0x0a);
    const header = new TextDecoder().decode(bytes.subarray(0, end));
    const mutated = mutateJson(random, header, header).subarray(0, SEGMENT_HEADER_BYTES - 4);
    const copy = Uint8Array.from(bytes).fill(0x20, 0, SEGMENT_HEADER_BYTES - 4);
    copy.set(mutated);
    return copy;
  }
  return mutateBytes(random, bytes, other);
}

export const logs: Target = {
  kind: 'log-folder',
  share: 20_000,
  create() {
    const disk = createMemoryDisk();
    return (random) => {
      const options = logFiles(disk);
      const paths = [...disk.files.keys()];
      const [path, other] = [pick(random, paths), pick(random, paths)];
      const bytes = mutatedSegment(random, disk.files.get(path) ?? encoder.encode(''), disk.files.get(other) ?? seal);
      if (drawChance(random, 0.8)) {
        if (path.endsWith('synced')) sealMark(bytes, 0);
        else sealSegment(bytes);
      }
      if (drawChance(random, 0.05)) disk.files.delete(path);
      disk.files.set(drawChance(random, 0.05) ? `${FOLDER}/log-${pick(random, NUMBERS)}` : path, bytes);
      readSurvivingLog(disk, FOLDER);
      return outcomeOf(() => {
        openNode(options);
      }, ClusterError);
    };
  },
};

const seal = new Uint8Array();
const NUMBERS = ['00000000', '00000001', '00000002', '00000009', '99999999', '1', '00000001.tmp'];

function openNode(options: LogFilesOptions): void {
  const { stored, storage } = openLogFiles(options, snapshotAt(0, 0));
  storage.close();
  createRaft({ self: identity.member, stored, limits: defaultRaftLimits });
  for (const each of stored.entries) for (let at = 0; at < each.count; at += 1) payloadAt(each, at);
}

function sealMark(bytes: Uint8Array, offset: number): void {
  if (bytes.length < offset + 32) return;
  view(bytes).setUint32(offset + 4, checksum(bytes.subarray(offset + 8, offset + 32), seed), true);
}

export const marks: Target = {
  kind: 'synced-mark',
  share: 150_000,
  create() {
    const disk = createMemoryDisk();
    logFiles(disk);
    const path = `${FOLDER}/synced`;
    const intact = Uint8Array.from(disk.files.get(path) ?? seal);
    return (random) => {
      const bytes = mutateBytes(random, intact, intact);
      for (const offset of [0, 512]) if (drawChance(random, 0.6)) sealMark(bytes, offset);
      disk.files.set(path, bytes);
      const place = readSyncedMark(disk, FOLDER, seed);
      if (place === null) return 'refused';
      require(place.position >= 0 && place.last.index >= 0 && place.last.term >= 0, 'a place is made of numbers');
      return 'accepted';
    };
  },
};

const DATA = '/data';
const clusterFile = {
  clusterId: identity.clusterId,
  stateMachine: null,
  bootstrap: snapshotAt(0, 0).configuration,
  nodes: [1, 2, 3],
  lastNodeId: 3,
};
const identityFile = { clusterId: identity.clusterId, nodeId: 1, incarnation: 'incarnation-1' };

/** With a checksum that holds for whatever stands there, half of the time. */
function writeMutated(random: Random, disk: MemoryDisk, path: string, content: Record<string, unknown>): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (drawChance(random, 0.6)) {
    const mutated = mutateValue(random, content);
    const isObject = typeof mutated === 'object' && mutated !== null;
    writeJsonFile(disk, folder, name, isObject ? (mutated as Record<string, unknown>) : { mutated });
    return;
  }
  writeJsonFile(disk, folder, name, content);
  const text = new TextDecoder().decode(disk.files.get(path));
  disk.files.set(path, mutateJson(random, text, text));
}

export const dataFolders: Target = {
  kind: 'data-folder',
  share: 40_000,
  timesAsLong: 100_000, // a file that is nested 20,000 deep is a thousand times as long as the usual one
  create() {
    const disk = createMemoryDisk();
    return (random) => {
      disk.files.clear();
      const mutated = drawInteger(random, 0, 3);
      if (mutated === 0) writeMutated(random, disk, `${DATA}/cluster.json`, clusterFile);
      else writeJsonFile(disk, DATA, 'cluster.json', { ...clusterFile });
      if (mutated === 1) writeMutated(random, disk, `${DATA}/node-1/identity.json`, identityFile);
      else writeJsonFile(disk, `${DATA}/node-1`, 'identity.json', { ...identityFile });
      if (mutated === 2) writeMutated(random, disk, `${DATA}/node-2.new/identity.json`, { ...identityFile, nodeId: 2 });
      return readDataFolder(disk);
    };
  },
};

function readDataFolder(disk: MemoryDisk): Outcome {
  return outcomeOf(() => {
    const cluster = readClusterFile(disk, DATA);
    if (cluster === null) {
      refuseOrphans(disk, DATA);
      return;
    }
    takeNewFolders(disk, DATA, cluster);
    const found = readIdentity(disk, DATA, cluster.clusterId, 1);
    require(found === null || typeof found.member.incarnation === 'string', 'an identity names an incarnation');
  }, ClusterError);
}
