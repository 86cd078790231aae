/**
 * The entries of a stored log as plain data, whatever is damaged. Reads only, and takes no lock: in a folder that is in
 * use it sees what has been written so far.
 */
import { ClusterError } from '../errors.js';
import { decodeOperation } from '../metadata/operation-codec.js';
import { unpackConfiguration } from '../raft/configuration.js';
import { EntryKind, payloadAt } from '../raft/entries.js';
import { openEnvelope, openUnaddressed } from '../state-machine/envelope.js';
import { generatedRequestId, uuidOfSession } from '../state-machine/request-id.js';
import { createNodeDisk } from '../storage/node-disk.js';
import { segmentNumbers } from '../storage/log-segment.js';
import { absolutePath } from './absolute-path.js';
import { entriesOf, readSurvivingLog, type SurvivingLog } from './surviving-log.js';

export interface DumpOptions {
  /** Only this node's. */
  node?: number;
}

export type LogLine = DumpedEntry | DumpedDamage;

export interface DumpedEntry {
  node: number;
  index: number;
  term: number;
  kind: 'noOp' | 'configuration' | 'openSession' | 'write';
  /** Of a configuration: ids of the members. */
  voters?: number[];
  learners?: number[];
  /** Of a client's write, or of what opens a session: a UUID. A write of the controller has none. */
  session?: string;
  /** Of a client's write: its own id or the generated one. */
  requestId?: string;
  /** Of a write, what it asks for: an `Operation`, or base64 of other bytes. */
  operation?: unknown;
  bytes?: string;
}

/** Where entries are missing that were once safe. */
export interface DumpedDamage {
  node: number;
  kind: 'damage';
  file: string;
  offset: number;
  reason: string;
}

/**
 * `folder`: a `dataDir`, or the folder of one node in it. By node, each in log order, then what is damaged in it.
 * Throws `InvalidArgument` when there is no log, `StorageFailed`.
 */
export function* dumpLog(folder: string, { node }: DumpOptions = {}): Generator<LogLine, void, void> {
  const path = absolutePath(folder, 'folder');
  const folders = logFolders(path).filter(({ id }) => node === undefined || id === node);
  if (folders.length === 0) {
    throw new ClusterError('InvalidArgument', `${path} holds no log${node === undefined ? '' : ` of node ${node}`}`);
  }
  for (const { id, folder: nodeFolder } of folders) yield* linesOf(id, readSurvivingLog(createNodeDisk(), nodeFolder));
}

function logFolders(path: string): { id: number; folder: string }[] {
  const own = /(?:^|[/\\])node-(\d+)$/.exec(path);
  if (own !== null && isLogFolder(path)) return [{ id: Number(own[1]), folder: path }];
  return createNodeDisk()
    .list(path)
    .flatMap((name) => {
      const [, id] = /^node-(\d+)$/.exec(name) ?? [];
      return id !== undefined && isLogFolder(`${path}/${name}`) ? [{ id: Number(id), folder: `${path}/${name}` }] : [];
    })
    .sort((one, other) => one.id - other.id);
}

function isLogFolder(path: string): boolean {
  return segmentNumbers(createNodeDisk(), path).length > 0;
}

function* linesOf(node: number, log: SurvivingLog): Generator<LogLine, void, void> {
  for (const stretch of log.stretches) {
    for (const { place, run } of entriesOf(stretch)) {
      const payload = payloadAt(run, place.index - run.firstIndex);
      yield { node, ...place, ...contentOf(payload) };
    }
  }
  for (const { file, offset, reason } of log.damages) yield { node, kind: 'damage', file, offset, reason };
}

type Content = Omit<DumpedEntry, 'node' | 'index' | 'term'>;

function contentOf(payload: Uint8Array): Content {
  if (payload[0] === EntryKind.noOp) return { kind: 'noOp' };
  if (payload[0] === EntryKind.configuration) {
    const { voters, learners } = unpackConfiguration(payload);
    return { kind: 'configuration', voters: voters.map(({ id }) => id), learners: learners.map(({ id }) => id) };
  }
  const unaddressed = openUnaddressed(payload);
  if (unaddressed !== null) return { kind: 'write', ...commandOf(unaddressed) };
  const envelope = openEnvelope(payload);
  if (envelope === null) return { kind: 'write', ...bytesOf(payload) };
  const { session, sequence, requestId, opensSession, command } = envelope;
  const uuid = uuidOfSession(session);
  if (opensSession) return { kind: 'openSession', session: uuid };
  return {
    kind: 'write',
    session: uuid,
    requestId: requestId ?? generatedRequestId({ session, sequence }),
    ...commandOf(command),
  };
}

function commandOf(command: Uint8Array): { operation: unknown } | { bytes: string } {
  const operation = decodeOperation(command);
  // Otherwise the bytes of a state machine of the user's own.
  return typeof operation === 'object' ? { operation } : bytesOf(command);
}

function bytesOf(command: Uint8Array): { bytes: string } {
  return { bytes: Buffer.from(command).toString('base64') };
}
