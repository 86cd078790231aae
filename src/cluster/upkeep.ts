/**
 * What the host does about the members in the background, for as long as it is wanted: no caller waits for it, and
 * without a quorum it goes on trying.
 */
import { ClusterError } from '../errors.js';
import type { Member } from '../raft/messages.js';
import { dismiss, enlist, type MembershipHost } from './membership.js';
import { deadlineIn, type Deadline } from '../client/waiting.js';

/** One attempt. */
const SPAN_MS = 60_000;

/** Until this member votes: one that lost its log, or whose joining was interrupted. A voter is one at once. */
export function keepEnlisting(host: MembershipHost, member: Member, wanted: () => boolean): Promise<void> {
  return persevere(wanted, (deadline) => enlist(host, member, deadline, wanted));
}

/** Until no member has this id: one that has no node any more. */
export function keepDismissing(host: MembershipHost, id: number, wanted: () => boolean): Promise<void> {
  return persevere(wanted, (deadline) => dismiss(host, id, deadline, wanted));
}

async function persevere(wanted: () => boolean, attempt: (deadline: Deadline) => Promise<void>): Promise<void> {
  while (wanted()) {
    try {
      await attempt(deadlineIn(SPAN_MS, null, 'membership'));
      return;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (!error.retryable) return;
    }
  }
}
