/**
 * Changing who belongs to the cluster, one step at a time, from the host: asks the leader for the next step towards
 * "this member, and only this one, votes under its id". A member that lost its log is first a learner; only when it
 * has caught up is the old voter removed, and only after that commits is the new one promoted (thesis 4; KIP-853 for
 * (id, incarnation)).
 */
import { ClusterError } from '../errors.js';
import type { RaftNodeControl } from '../messages.js';
import type { Member, MembershipChange } from '../raft/messages.js';
import type { RefusalReason } from '../raft/ready.js';
import type { RaftStatus } from '../raft/status.js';
import type { Actor } from '../runtime/actor-system.js';
import { checkDeadline, remainingMs, type Changes, type Deadline } from '../client/waiting.js';

/** What the steps need of the cluster. */
export interface MembershipHost {
  readonly changes: Changes;
  /** The leader's raft-node; null while there is none. */
  leader(): Actor<RaftNodeControl> | null;
}

/** Entries that a learner may be behind when the old voter is removed. */
const CAUGHT_UP_ENTRIES = 1_000;

/** Until this member votes and no other has its id. `stillWanted` false: it has ended meanwhile, give up. */
export async function enlist(
  host: MembershipHost,
  member: Member,
  deadline: Deadline,
  stillWanted: () => boolean,
): Promise<void> {
  await repeat(host, deadline, stillWanted, (status) => {
    const { voters, learners } = status.configuration;
    if (!contains(voters, member) && !contains(learners, member)) return { kind: 'addLearner', member };
    const stale = [...learners, ...voters].find((other) => other.id === member.id && !same(other, member));
    if (stale === undefined) return contains(voters, member) ? 'done' : { kind: 'promote', member };
    if (contains(learners, stale)) return { kind: 'remove', member: stale };
    return caughtUp(status, member) ? { kind: 'remove', member: stale } : 'wait';
  });
}

/** Until no member has this id. */
export async function dismiss(
  host: MembershipHost,
  id: number,
  deadline: Deadline,
  stillWanted: () => boolean,
): Promise<void> {
  await repeat(host, deadline, stillWanted, ({ configuration }) => {
    const member = [...configuration.learners, ...configuration.voters].find((other) => other.id === id);
    return member === undefined ? 'done' : { kind: 'remove', member };
  });
}

type Step = MembershipChange | 'wait' | 'done';

async function repeat(
  host: MembershipHost,
  deadline: Deadline,
  stillWanted: () => boolean,
  nextStep: (status: RaftStatus) => Step,
): Promise<void> {
  while (stillWanted()) {
    const refused = await takeStep(host, deadline, nextStep);
    if (refused === 'done') return;
    if (refused === 'lastVoter') {
      throw new ClusterError('InvalidArgument', 'the last voter of a cluster cannot be removed');
    }
    if (performance.now() >= deadline.at && refused === 'changeInProgress') {
      throw new ClusterError('ConfigurationInProgress', 'another membership change has not been committed yet');
    }
    checkDeadline(deadline);
    if (refused !== null) await host.changes.next(deadline);
  }
}

/** Null: a change was committed. 'wait': nothing could be done now. */
async function takeStep(
  host: MembershipHost,
  deadline: Deadline,
  nextStep: (status: RaftStatus) => Step,
): Promise<RefusalReason | 'wait' | 'done' | null> {
  const leader = host.leader();
  if (leader === null) return 'wait';
  try {
    const status = await leader.call('status', [], remainingMs(deadline));
    if (status.role !== 'leader' || !status.committedInTerm) return 'wait';
    const step = nextStep(status);
    if (step === 'wait' || step === 'done') return step;
    return await leader.call('changeMembership', [step], remainingMs(deadline));
  } catch (error) {
    // The leader ended or stands still: whether the step was taken shows in the next leader's configuration.
    if (error instanceof ClusterError) return 'wait';
    throw error;
  }
}

function caughtUp(status: RaftStatus, member: Member): boolean {
  const follower = status.followers.find((other) => same(other.member, member));
  return follower !== undefined && follower.connected && status.lastLogIndex - follower.matchIndex <= CAUGHT_UP_ENTRIES;
}

function contains(members: readonly Member[], member: Member): boolean {
  return members.some((other) => same(other, member));
}

function same(one: Member, other: Member): boolean {
  return one.id === other.id && one.incarnation === other.incarnation;
}
