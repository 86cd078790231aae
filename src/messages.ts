/**
 * Every message that crosses a thread, one section a port: types, the version of the protocol between nodes, and which
 * bytes move. All of them survive structured clone; every typed array owns its buffer. Ports are made anew for each
 * life of an actor, so a port names the lives at both its ends; what a link holds for a life that ended is discarded
 * there.
 */
import type { MessagePort } from 'node:worker_threads';
import type { EngineControl, EngineToHost, AnsweredReads, ParkedRead, ReadBatch } from './engine/engine.js';
import type { ErrorValue } from './errors.js';
import type { MetadataStoreMetrics } from './metrics/metadata-store-meters.js';
import type { RaftNodeMetrics } from './metrics/raft-node-meters.js';
import type { ThreadUsage } from './metrics/thread-meter.js';
import type { PackedRecords } from './metadata/watching/packed-records.js';
import type { Configuration, MembershipChange, Member, RaftMessage } from './raft/messages.js';
import type { RaftLimits } from './raft/limits.js';
import type { RefusalReason } from './raft/ready.js';
import type { RaftStatus } from './raft/status.js';
import type { AnswerRun } from './state-machine/answer-runs.js';
import type { FileDurability, StorageIdentity } from './storage/storage.js';

/** Below this a copy costs less than the move of a buffer. */
const LEAST_MOVED_BYTES = 16 * 1024;

/**
 * The transfer list of a message whose bytes the sender has no further use for: large ones move, since a copy makes
 * both threads touch fresh memory. The same bytes may be in a message more than once.
 */
export function buffersToMove(bytes: readonly ArrayBufferView[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { byteLength, buffer } of bytes) if (byteLength >= LEAST_MOVED_BYTES) buffers.add(buffer as ArrayBuffer);
  return [...buffers];
}

// ---------------------------------------------------------------- host and raft-node

/** `HostToEngine` is what it takes. */
export type NodeToHost =
  | EngineToHost
  | { readonly kind: 'configuration'; readonly configuration: Configuration }
  /** The link to that node's present incarnation was connected, or is no longer. */
  | { readonly kind: 'peer'; readonly peer: Member; readonly connected: boolean };

// ---------------------------------------------------------------- host and metadata-store

export type HostToStore =
  /** Local reads: answered from whatever this store has applied. */
  | { readonly kind: 'query'; readonly batch: ReadBatch }
  /** Nobody waits for these any more. */
  | { readonly kind: 'forget'; readonly reads: readonly ParkedRead[] }
  | SubscriberToStore;

export type SubscriberToStore =
  /**
   * `fromIndex`: everything up to here is known; of an image null: nothing is. `credit`: so many messages may be
   * posted. `subscription`: unique within the host.
   */
  | {
      readonly kind: 'subscribe';
      readonly subscription: number;
      readonly to: 'changes' | 'image';
      readonly fromIndex: number | null;
      readonly credit: number;
    }
  /** So many more messages may be posted. */
  | { readonly kind: 'credit'; readonly subscription: number; readonly messages: number }
  | { readonly kind: 'unsubscribe'; readonly subscription: number };

export type StoreToHost =
  { readonly kind: 'answers'; readonly runs: readonly AnswerRun[] } | AnsweredReads | StoreToSubscriber;

export type StoreToSubscriber =
  /** Each change once, in order; all up to `throughIndex` have been told then. `changes` null: there were none. */
  | {
      readonly kind: 'changes';
      readonly subscription: number;
      readonly throughIndex: number;
      readonly changes: PackedRecords | null;
    }
  /** A slice of the steps to the image at `index`, which is reached with the last. `whole`: from nothing. */
  | {
      readonly kind: 'image';
      readonly subscription: number;
      readonly index: number;
      readonly whole: boolean;
      readonly last: boolean;
      readonly steps: PackedRecords;
    }
  /** `Compacted`: what follows `fromIndex` is not kept here. `SlowConsumer`: it was, and is no longer. */
  | { readonly kind: 'unsubscribed'; readonly subscription: number; readonly error: ErrorValue };

// ---------------------------------------------------------------- raft-node and transport-link

/** Nodes that speak another version are refused in the handshake. */
export const PROTOCOL_VERSION = 1;

/** Who stands at one end of a link: told in the handshake, checked by the link. */
export interface Hello {
  readonly clusterId: string;
  readonly protocolVersion: number;
  readonly member: Member;
  readonly life: number;
}

export type NodeToLink =
  | { readonly kind: 'hello'; readonly attempt: number; readonly hello: Hello }
  /** All messages of one turn for the other end. `toLife`: the life they were meant for. */
  | { readonly kind: 'frame'; readonly toLife: number; readonly messages: readonly RaftMessage[] }
  /** The node has taken this many more frames from its port. */
  | { readonly kind: 'credit'; readonly frames: number };

export type LinkToNode =
  /** Asks for a `hello`: one for each attempt to connect. */
  | { readonly kind: 'dial'; readonly attempt: number }
  | { readonly kind: 'connected'; readonly peer: Hello }
  | { readonly kind: 'disconnected'; readonly peer: number; readonly reason: string }
  /**
   * The threads of that life have ended: its messages are no longer on their way. Never for cut, delay, pause or a
   * crash of the link.
   */
  | { readonly kind: 'peerDown'; readonly member: Member; readonly life: number }
  | { readonly kind: 'frame'; readonly fromLife: number; readonly messages: readonly RaftMessage[] }
  | { readonly kind: 'credit'; readonly frames: number };

// ---------------------------------------------------------------- configurations of actors

/** Where a node's files are. */
export interface NodeFiles {
  readonly folder: string;
  readonly identity: StorageIdentity;
  readonly durability: FileDurability;
}

export interface RaftNodeConfig {
  readonly hello: Hello;
  /** Null: nothing is kept, and the node starts with an empty log. */
  readonly files: NodeFiles | null;
  /** In force before the first entry; without members in a node that joins later. */
  readonly bootstrap: Configuration;
  readonly limits: RaftLimits;
  readonly electionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** Drives the jitter of timers. */
  readonly seed: number;
}

export interface MetadataStoreConfig {
  /** Module of the user's own state machine; null: the metadata one. */
  readonly stateMachine: string | null;
  /** Null: snapshots are kept in memory. */
  readonly files: NodeFiles | null;
  /** In force before the first entry. */
  readonly bootstrap: Configuration;
  /** Take a snapshot after this many applied entries. */
  readonly snapshotEntries: number;
  readonly brokerSessionTimeoutMs: number;
}

// ---------------------------------------------------------------- control planes (comlink)

export interface RaftNodeControl extends EngineControl<RaftStatus> {
  metrics(): RaftNodeMetrics;
  campaign(): void;
  changeMembership(change: MembershipChange): Promise<RefusalReason | null>;
  transferLeadership(to: number): Promise<RefusalReason | null>;
  /** A link to `peer` whose port follows; replaces the one before. */
  attachLink(peer: number, port: MessagePort): void;
  detachLink(peer: number): void;
}

export interface MetadataStoreControl {
  appliedIndex(): number;
  metrics(): MetadataStoreMetrics;
  /** Of what is applied now; resolves with its index once it is durable. */
  takeSnapshot(): Promise<number>;
  /** Waits for nothing; `appliedIndex` is what the state holds. */
  dump(withState: boolean): { readonly appliedIndex: number; readonly stateHash: string; readonly state?: unknown };
  stop(): void;
}

export interface LinkFaultSettings {
  readonly delayMs?: number | readonly [number, number];
  readonly dropRate?: number;
  readonly duplicateRate?: number;
  readonly reorderRate?: number;
  readonly refuseHandshakes?: number;
  readonly closeAfterMessages?: number;
}

export interface LinkReport {
  readonly state: 'connected' | 'connecting' | 'cut';
  readonly delivered: number;
  readonly dropped: number;
  readonly reconnects: number;
  readonly lastError?: string;
}

/** Messages from one end of a link to the other, since its thread started. */
export interface DirectionReport {
  readonly from: number;
  readonly to: number;
  readonly delivered: number;
  readonly dropped: number;
  /** They wait in the link now. */
  readonly queued: number;
  /** Those delivered, by kind. */
  readonly kinds: Readonly<MessageCounts>;
  /** What was asked for and holds now. */
  readonly cut: boolean;
  readonly faults: LinkFaultSettings;
}

export type MessageCounts = Record<RaftMessage['kind'], number>;

export interface TransportLinkControl {
  /** A new life of the node at one end: its port, and who it must say it is. */
  attach(expected: Hello, port: MessagePort): void;
  /** `from` limits to one direction. */
  cut(from: number | null): void;
  heal(): void;
  setFaults(faults: LinkFaultSettings, from: number | null): void;
  status(): LinkReport;
  metrics(): {
    readonly report: LinkReport;
    readonly directions: readonly DirectionReport[];
    readonly thread: ThreadUsage;
  };
  stop(): void;
}
