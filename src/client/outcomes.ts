/** The errors that end a call without an answer, in one wording for writes and reads. */
import { ClusterError, toClusterError, type ErrorValue } from '../errors.js';
import type { Interruption } from './call.js';
import type { Write } from './write.js';

/** A write that left may have an effect, now or later: only a repeat under its request id tells. */
export function outcomeUnknown(write: Write, cause: Interruption): ClusterError {
  const requestId = write.terms.requestId ?? write.session.requestId(write.sequence);
  return new ClusterError(
    'OutcomeUnknown',
    `the write left and no answer came (${cause}); repeat it with its request id`,
    {
      requestId,
      cause,
    },
  );
}

export function otherOperation({ terms: { requestId } }: Write): ClusterError {
  return new ClusterError('InvalidArgument', 'the request id is that of another operation', { requestId });
}

/** For reads, and for writes that have not left: no effect. `problem`: why nothing could be done. */
export function neverSent(cause: Interruption, leader: number | null, problem: ErrorValue | null): ClusterError {
  switch (cause) {
    case 'Timeout':
      if (problem !== null) return toClusterError(problem);
      return leader === null
        ? new ClusterError('NoLeader', 'no leader was known at the deadline')
        : new ClusterError('Timeout', 'the deadline passed first');
    case 'Aborted':
      return new ClusterError('Aborted', 'aborted by its signal');
    case 'Stopped':
      return stopped();
  }
}

export function notLeader(nodeId: number, leader: number | null): ClusterError {
  return new ClusterError('NotLeader', `node ${nodeId} does not lead`, { leader });
}

export function stopped(): ClusterError {
  return new ClusterError('Stopped', 'the cluster or the store is stopped');
}

export function leaderLostForGood(): ClusterError {
  return new ClusterError('NoLeader', 'a majority of the voters is lost for good', { permanent: true });
}

export function overloaded(what: string): ClusterError {
  return new ClusterError('Overloaded', `too many ${what} wait already`);
}
