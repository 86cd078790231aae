/**
 * A link in virtual time between two stand-ins for nodes, which answer the handshake, keep what they receive and return
 * credit.
 */
import { must } from '../../src/assert.js';
import type { Hello, LinkToNode } from '../../src/messages.js';
import type { RaftMessage } from '../../src/raft/messages.js';
import { createLink, nextWakeUp, takePosts } from '../../src/transport/link-state.js';
import type { Link } from '../../src/transport/link-state.js';
import { attach, detached, receive, wake } from '../../src/transport/link.js';

export interface StandIn {
  /** What it says in the handshake; null: nothing. */
  hello: Hello | null;
  /** Takes nothing from its port, so returns no credit. */
  paused: boolean;
  /** Rounds of the heartbeats received, in order. */
  received: number[];
  /** Sizes of the frames received. */
  frames: number[];
  /** Everything but frames, in order. */
  news: LinkToNode[];
}

export interface Scene {
  readonly link: Link;
  readonly nodes: ReadonlyMap<number, StandIn>;
  now: number;
}

export function helloOf(id: number, life: number): Hello {
  const member = { id, incarnation: `storage-${id}` };
  return { clusterId: 'blue', protocolVersion: 1, member, life };
}

/** Nodes 1 and 2, in the lives 10 and 20, not attached yet. */
export function createScene(seed = 1): Scene {
  const standIn = (id: number): [number, StandIn] => [
    id,
    { hello: helloOf(id, id * 10), paused: false, received: [], frames: [], news: [] },
  ];
  return { link: createLink({ ends: [1, 2], seed }), nodes: new Map([standIn(1), standIn(2)]), now: 0 };
}

export function connectedScene(seed = 1): Scene {
  const scene = createScene(seed);
  attachLife(scene, 1, 10);
  attachLife(scene, 2, 20);
  return scene;
}

export function nodeOf(scene: Scene, id: number): StandIn {
  return must(scene.nodes.get(id), `node ${id}`);
}

export function attachLife(scene: Scene, id: number, life: number): void {
  attach(scene.link, helloOf(id, life), scene.now);
  settle(scene);
}

/** A new life that also says so. */
export function restart(scene: Scene, id: number, life: number): void {
  nodeOf(scene, id).hello = helloOf(id, life);
  attachLife(scene, id, life);
}

export function end(scene: Scene, id: number, life: number): void {
  detached(scene.link, { end: id, life });
  settle(scene);
}

export function heartbeat(from: number, round: number): RaftMessage {
  const members = { from: { id: from, incarnation: '' }, to: { id: 3 - from, incarnation: '' } };
  return { kind: 'heartbeat', ...members, term: 1, commitIndex: 0, round };
}

/** A frame of heartbeats with these rounds, from a life (its first unless said otherwise) to the peer's. */
export function send(
  scene: Scene,
  from: number,
  rounds: readonly number[],
  lives = { from: from * 10, to: 30 - from * 10 },
): void {
  const messages = rounds.map((round) => heartbeat(from, round));
  receive(scene.link, { end: from, life: lives.from }, { kind: 'frame', toLife: lives.to, messages }, scene.now);
  settle(scene);
}

export function giveCredit(scene: Scene, id: number, frames: number): void {
  receive(scene.link, { end: id, life: id * 10 }, { kind: 'credit', frames }, scene.now);
  settle(scene);
}

/** Lets time pass; every wake-up happens at its own time. */
export function advance(scene: Scene, durationMs: number): void {
  const until = scene.now + durationMs;
  for (let next = nextWakeUp(scene.link); next !== null && next <= until; next = nextWakeUp(scene.link)) {
    scene.now = Math.max(scene.now, next);
    wake(scene.link, scene.now);
    settle(scene);
  }
  scene.now = until;
}

/** Rounds from..to, inclusive. */
export function rounds(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, position) => from + position);
}

/** The stand-ins take everything posted to them and answer. */
export function settle(scene: Scene): void {
  for (let posts = takePosts(scene.link); posts.length > 0; posts = takePosts(scene.link)) {
    for (const post of posts) take(scene, post.end, post.message);
  }
}

function take(scene: Scene, id: number, message: LinkToNode): void {
  const node = nodeOf(scene, id);
  const sender = { end: id, life: node.hello?.life ?? id * 10 };
  if (message.kind !== 'frame') {
    node.news.push(message);
    if (message.kind === 'dial' && node.hello !== null) {
      receive(scene.link, sender, { kind: 'hello', attempt: message.attempt, hello: node.hello }, scene.now);
    }
    return;
  }
  for (const carried of message.messages) node.received.push(carried.kind === 'heartbeat' ? carried.round : -1);
  node.frames.push(message.messages.length);
  if (!node.paused) receive(scene.link, sender, { kind: 'credit', frames: 1 }, scene.now);
}
