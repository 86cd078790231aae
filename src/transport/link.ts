/**
 * The policy of one link between two nodes: what it does with every input. Pure: inputs come with the time, and what is
 * to be posted to the ends accumulates until `takePosts`. Every input of a node names its life, since a port's last
 * messages and its close may arrive after the next life was attached.
 */
import { assert, unreachable } from '../assert.js';
import type { Hello, LinkFaultSettings, NodeToLink } from '../messages.js';
import { dial, failAttempt, receiveHello, tellOfDeaths } from './connection.js';
import { creditFrame, deliverBoth, receiveFrame } from './delivery.js';
import { discardQueue, replaceFaults } from './direction.js';
import { LinkLimits } from './limits.js';
import { endOf, endsFrom, otherEnd } from './link-state.js';
import type { Link } from './link-state.js';

/** One run of a node, as the sender of an input. */
export interface Sender {
  readonly end: number;
  readonly life: number;
}

/**
 * A new life of the node at one end: an earlier one that is still attached has ended. Or a new port of the same life.
 */
export function attach(link: Link, expected: Hello, now: number): void {
  const end = endOf(link, expected.member.id);
  const earlierLife = end.attached?.life ?? expected.life;
  if (earlierLife !== expected.life) detached(link, { end: end.id, life: earlierLife });
  end.attached = expected;
  end.framesTaken = 0;
  otherEnd(link, end).outgoing.uncreditedFrames = 0;
  dial(link, now);
}

/** The port of that life has closed: its threads have ended. */
export function detached(link: Link, { end: id, life }: Sender): void {
  const end = endOf(link, id);
  if (end.attached?.life !== life) return;
  end.attached = null;
  end.knownPeer = null;
  for (const { outgoing } of link.ends) discardQueue(outgoing);
  link.connection = { phase: 'idle' };
  link.lastError = `node ${id} has ended (life ${life})`;
  tellOfDeaths(link);
}

/** A message from a node's port. Those of a life that is not attached any more are dropped. */
export function receive(link: Link, sender: Sender, message: NodeToLink, now: number): void {
  const end = endOf(link, sender.end);
  if (end.attached?.life !== sender.life) {
    if (message.kind === 'frame') end.outgoing.dropped += message.messages.length;
    return;
  }
  switch (message.kind) {
    case 'hello':
      if (link.connection.phase === 'dialling' && message.attempt === link.attempt) {
        receiveHello(link, end, message.hello, now);
        deliverBoth(link, now);
      }
      return;
    case 'frame':
      creditFrame(link, end);
      receiveFrame(link, end, message, now);
      return;
    case 'credit': {
      const sending = otherEnd(link, end);
      sending.outgoing.uncreditedFrames -= message.frames;
      assert(sending.outgoing.uncreditedFrames >= 0, `node ${end.id} gave credit for frames it was not sent`);
      deliverBoth(link, now);
      return;
    }
    default:
      unreachable(message);
  }
}

export function wake(link: Link, now: number): void {
  const { connection } = link;
  if (connection.phase === 'backingOff' && connection.until <= now) dial(link, now);
  if (connection.phase === 'dialling' && connection.deadline <= now) {
    const silent = link.ends.filter((end) => !end.saidHello).map((end) => end.id);
    failAttempt(link, `no hello from node ${silent.join(' and ')} within ${LinkLimits.handshakeTimeoutMs} ms`, now);
  }
  deliverBoth(link, now);
}

/**
 * Drops everything in the direction that starts at node `from`, or in both. The ends are not told, as behind a
 * firewall.
 */
export function cut(link: Link, from: number | null): void {
  for (const { outgoing } of endsFrom(link, from)) {
    outgoing.cut = true;
    discardQueue(outgoing);
  }
  if (link.connection.phase !== 'connected') link.connection = { phase: 'idle' };
}

/** Restores both directions and clears every fault. A connection that only was cut goes on. */
export function heal(link: Link, now: number): void {
  for (const { outgoing } of link.ends) outgoing.cut = false;
  setFaults(link, {}, null, now);
  tellOfDeaths(link);
  if (link.connection.phase === 'idle' || link.connection.phase === 'backingOff') dial(link, now);
}

/** Replaces the faults of the direction that starts at node `from`, or of both. */
export function setFaults(link: Link, faults: LinkFaultSettings, from: number | null, now: number): void {
  const { closeAfterMessages, refuseHandshakes = 0 } = faults;
  const breakAfter = closeAfterMessages === undefined ? null : { remaining: closeAfterMessages };
  const refusals = { remaining: refuseHandshakes };
  for (const { outgoing } of endsFrom(link, from)) {
    replaceFaults(outgoing, faults, now);
    outgoing.breakAfter = breakAfter;
    outgoing.refusals = refusals;
  }
  deliverBoth(link, now);
}
