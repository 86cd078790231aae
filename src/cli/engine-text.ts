/** What there is to say of a store whose entries etcd orders: who leads, where the log is. */

import type { EtcdStatus } from '../index.js';
import { formatBytes } from './tables.js';

const SHOWN_LENGTH = 8;

export function engineFacts(status: EtcdStatus): (readonly [name: string, value: string])[] {
  const { endpoint, endpoints, prefix, etcd, head, appliedIndex, snapshotIndex } = status;
  const others = endpoints.length > 1 ? ` (of ${endpoints.length})` : '';
  const size = 'unknown' in etcd ? '' : `, ${formatBytes(etcd.databaseBytes)}`;
  const version = 'unknown' in etcd ? '' : ` ${etcd.version}`;
  return [
    ['engine', `etcd${version} at ${endpoint}${others}, prefix ${prefix}${size}`],
    ['log', `up to entry ${head.index}, applied ${appliedIndex}, snapshot ${snapshotIndex}`],
    ['leader', leaderText(status)],
  ];
}

/** "process 1b2c3d4e (here), term 3" */
function leaderText({ controller, writer, head }: Pick<EtcdStatus, 'controller' | 'writer' | 'head'>): string {
  return controller === null ? 'none' : `${processText(controller, writer)}, term ${head.term}`;
}

/** Names of processes are long, and their beginnings tell them apart. */
export function processText(writer: string, here: string): string {
  return `process ${writer.slice(0, SHOWN_LENGTH)}${writer === here ? ' (here)' : ''}`;
}
