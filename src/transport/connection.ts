/**
 * How a link connects: it asks both ends for a hello, is connected when both have said the right one, and dials again
 * after a growing pause otherwise. Knows no frames.
 */
import type { Hello } from '../messages.js';
import { backOffMs } from './back-off.js';
import { reasonToRefuse } from './handshake.js';
import { LinkLimits } from './limits.js';
import { isCut, otherEnd, post } from './link-state.js';
import type { End, Link } from './link-state.js';

/** Starts an attempt, unless an end is missing or cut off: the link then stays idle until that changes. */
export function dial(link: Link, now: number): void {
  link.connection = { phase: 'idle' };
  if (isCut(link) || link.ends.some((end) => end.attached === null)) return;
  link.attempt += 1;
  link.connection = { phase: 'dialling', deadline: now + LinkLimits.handshakeTimeoutMs };
  for (const end of link.ends) {
    end.saidHello = false;
    post(link, end, { kind: 'dial', attempt: link.attempt });
  }
}

/** A hello in the current attempt. */
export function receiveHello(link: Link, end: End, hello: Hello, now: number): void {
  const { attached, outgoing } = end;
  if (attached === null) return;
  const { refusals } = outgoing;
  if (refusals !== null && refusals.remaining > 0) {
    refusals.remaining -= 1;
    failAttempt(link, `handshake of node ${end.id} refused by an injected fault`, now);
    return;
  }
  const refusal = reasonToRefuse(hello, attached);
  if (refusal !== null) {
    failAttempt(link, refusal, now);
    return;
  }
  end.saidHello = true;
  if (otherEnd(link, end).saidHello) connect(link);
}

export function failAttempt(link: Link, reason: string, now: number): void {
  link.lastError = reason;
  link.failures += 1;
  link.connection = { phase: 'backingOff', until: now + backOffMs(link.failures, link.random) };
}

/** The connection breaks while both ends live: both are told, and what is queued waits for the next one. */
export function breakConnection(link: Link, reason: string, now: number): void {
  for (const end of link.ends) post(link, end, { kind: 'disconnected', peer: otherEnd(link, end).id, reason });
  failAttempt(link, reason, now);
}

/**
 * News of an end that died goes to the other end once, if that was connected to it, and travels in the direction from
 * the dead one.
 */
export function tellOfDeaths(link: Link): void {
  for (const end of link.ends) {
    const { knownPeer } = end;
    const peer = otherEnd(link, end);
    if (knownPeer === null || knownPeer.life === peer.attached?.life || peer.outgoing.cut) continue;
    end.knownPeer = null;
    post(link, end, { kind: 'peerDown', member: knownPeer.member, life: knownPeer.life });
  }
}

function connect(link: Link): void {
  link.connection = { phase: 'connected' };
  link.connections += 1;
  link.failures = 0;
  for (const end of link.ends) {
    const peer = otherEnd(link, end).attached;
    if (peer === null) continue;
    end.knownPeer = peer;
    post(link, end, { kind: 'connected', peer });
  }
}
