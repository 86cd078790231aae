/** What one link holds, and what it shows of it: its ends, its connection, the messages that wait to be posted. */
import { assert, must, unreachable } from '../assert.js';
import type { DirectionReport, Hello, LinkReport, LinkToNode } from '../messages.js';
import { createRandom } from '../random.js';
import type { Random } from '../random.js';
import { createDirection, hasCredit, nextDueAt } from './direction.js';
import type { Direction } from './direction.js';

export interface LinkConfig {
  /** The two node ids. */
  readonly ends: readonly [number, number];
  /** Drives jitter and faults. */
  readonly seed: number;
}

/** A message for the port of the node at one end. */
export interface LinkPost {
  readonly end: number;
  readonly message: LinkToNode;
  /** The link keeps nothing of the message: its bytes may move instead of being copied. */
  readonly movable: boolean;
}

export type Connection =
  /** An end is missing, or a cut keeps handshakes from passing. */
  | { readonly phase: 'idle' }
  | { readonly phase: 'dialling'; readonly deadline: number }
  | { readonly phase: 'backingOff'; readonly until: number }
  | { readonly phase: 'connected' };

export interface End {
  readonly id: number;
  /** Who is attached, and must say so in the handshake; null while nobody is. */
  attached: Hello | null;
  /** It has said its right hello in the current attempt. */
  saidHello: boolean;
  /** The peer whose connection it was told of and whose death it was not. */
  knownPeer: Hello | null;
  /** Frames taken from it and not credited to it yet. */
  framesTaken: number;
  /** Towards the other end. */
  readonly outgoing: Direction;
}

export interface Link {
  readonly ends: readonly [End, End];
  readonly random: Random;
  connection: Connection;
  attempt: number;
  /** Failed attempts since the last success. */
  failures: number;
  connections: number;
  lastError: string | null;
  posts: LinkPost[];
}

export function createLink({ ends: [a, b], seed }: LinkConfig): Link {
  assert(a !== b, `a link has two ends, not ${a} twice`);
  return {
    ends: [createEnd(a), createEnd(b)],
    random: createRandom(seed),
    connection: { phase: 'idle' },
    attempt: 0,
    failures: 0,
    connections: 0,
    lastError: null,
    posts: [],
  };
}

function createEnd(id: number): End {
  const outgoing = createDirection();
  return { id, attached: null, saidHello: false, knownPeer: null, framesTaken: 0, outgoing };
}

/** What the last inputs want posted, in order. */
export function takePosts(link: Link): LinkPost[] {
  const { posts } = link;
  link.posts = [];
  return posts;
}

/** When `wake` must be called next; null while nothing waits for time. */
export function nextWakeUp(link: Link): number | null {
  const { connection } = link;
  switch (connection.phase) {
    case 'idle':
      return null;
    case 'dialling':
      return connection.deadline;
    case 'backingOff':
      return connection.until;
    case 'connected': {
      const dueTimes = link.ends
        .filter((end) => hasCredit(end.outgoing))
        .map((end) => nextDueAt(end.outgoing) ?? Infinity);
      const next = Math.min(...dueTimes);
      return next === Infinity ? null : next;
    }
    default:
      return unreachable(connection);
  }
}

export function report(link: Link): LinkReport {
  const [first, second] = link.ends;
  return {
    state: isCut(link) ? 'cut' : link.connection.phase === 'connected' ? 'connected' : 'connecting',
    delivered: first.outgoing.delivered + second.outgoing.delivered,
    dropped: first.outgoing.dropped + second.outgoing.dropped,
    reconnects: Math.max(0, link.connections - 1),
    ...(link.lastError === null ? {} : { lastError: link.lastError }),
  };
}

export function directionsOf(link: Link): DirectionReport[] {
  return link.ends.map((end) => {
    const { delivered, dropped, queue, kinds, cut, faults } = end.outgoing;
    return { from: end.id, to: otherEnd(link, end).id, delivered, dropped, queued: queue.length, kinds, cut, faults };
  });
}

export function endOf(link: Link, id: number): End {
  return must(
    link.ends.find((end) => end.id === id),
    `node ${id} is at neither end of this link`,
  );
}

export function otherEnd(link: Link, end: End): End {
  const [first, second] = link.ends;
  return end === first ? second : first;
}

/** The end whose outgoing direction is meant, or both. */
export function endsFrom(link: Link, from: number | null): readonly End[] {
  return from === null ? link.ends : [endOf(link, from)];
}

export function isCut(link: Link): boolean {
  return link.ends.some((end) => end.outgoing.cut);
}

export function post(link: Link, end: End, message: LinkToNode, movable = false): void {
  link.posts.push({ end: end.id, message, movable });
}
