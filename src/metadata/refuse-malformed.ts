/**
 * Whether an operation is out of shape, so that it would be refused in every state: who proposes it can then spare the
 * log. By the very code that applies it, on an empty image.
 */
import type { ErrorValue } from '../errors.js';
import { dryRun } from './dry-run.js';
import { emptyImage } from './image.js';
import { ReplicaIndex } from './replica-index.js';

const nothing = emptyImage();
const noReplicas = new ReplicaIndex();

/** `operation` is plain JSON data. Null: some state may accept it. */
export function refuseMalformed(operation: unknown): ErrorValue | null {
  const answer = dryRun(nothing, noReplicas, operation);
  if (!('error' in answer)) return null;
  const { code } = answer.error;
  return code === 'InvalidArgument' || code === 'UnknownOperation' ? answer.error : null;
}
