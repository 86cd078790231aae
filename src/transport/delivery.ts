/**
 * How frames pass through a link: at once where nothing hinders them, through the direction's queue otherwise; within
 * credit.
 */
import type { NodeToLink } from '../messages.js';
import type { RaftMessage } from '../raft/messages.js';
import { breakConnection } from './connection.js';
import { enqueue, hasCredit, isUnhindered, takeDue } from './direction.js';
import { LinkLimits } from './limits.js';
import { otherEnd, post } from './link-state.js';
import type { End, Link } from './link-state.js';

type Frame = Extract<NodeToLink, { kind: 'frame' }>;

/** Gives the sender credit for what was taken from its port, some frames at a time. */
export function creditFrame(link: Link, end: End): void {
  end.framesTaken += 1;
  if (end.framesTaken < LinkLimits.creditBatchFrames) return;
  post(link, end, { kind: 'credit', frames: end.framesTaken });
  end.framesTaken = 0;
}

/** While the connection is broken, frames for the life that is still attached wait for the next one. */
export function receiveFrame(link: Link, end: End, frame: Frame, now: number): void {
  const { outgoing } = end;
  if (outgoing.cut || otherEnd(link, end).attached?.life !== frame.toLife) {
    outgoing.dropped += frame.messages.length;
    return;
  }
  if (link.connection.phase === 'connected' && isUnhindered(outgoing)) {
    handOn(link, end, frame.messages, true);
    return;
  }
  enqueue(outgoing, frame.messages, now, link.random);
  deliverDue(link, end, now);
}

/** Hands on what is due in both directions; for inputs that may have released something. */
export function deliverBoth(link: Link, now: number): void {
  for (const end of link.ends) deliverDue(link, end, now);
}

function deliverDue(link: Link, end: End, now: number): void {
  const { outgoing } = end;
  while (link.connection.phase === 'connected' && hasCredit(outgoing)) {
    const { breakAfter } = outgoing;
    if (breakAfter?.remaining === 0) {
      for (const { outgoing: either } of link.ends) if (either.breakAfter === breakAfter) either.breakAfter = null;
      breakConnection(link, 'closed by an injected fault', now);
      return;
    }
    const limit = Math.min(LinkLimits.maxMessagesPerFrame, breakAfter?.remaining ?? Infinity);
    const messages = takeDue(outgoing, now, limit);
    if (messages.length === 0) return;
    if (breakAfter !== null) breakAfter.remaining -= messages.length;
    handOn(link, end, messages, false); // a doubled message is in the queue twice
  }
}

function handOn(link: Link, from: End, messages: readonly RaftMessage[], movable: boolean): void {
  const { attached, outgoing } = from;
  if (attached === null) return;
  outgoing.uncreditedFrames += 1;
  outgoing.delivered += messages.length;
  for (const { kind } of messages) outgoing.kinds[kind] += 1;
  post(link, otherEnd(link, from), { kind: 'frame', fromLife: attached.life, messages }, movable);
}
