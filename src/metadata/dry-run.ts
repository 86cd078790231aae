/** What an operation would come to in a state, which stays as it is: what the operation makes of it is forgotten. */
import type { OperationAnswer } from './answer.js';
import { applyOperation } from './apply.js';
import type { Image } from './image.js';
import { draftOf } from './image-draft.js';
import type { ReplicaIndex } from './replica-index.js';

/** It has no place in a log. */
const NO_INDEX = 0;

/** `operation` is untrusted JSON data. */
export function dryRun(image: Image, replicas: ReplicaIndex, operation: unknown): OperationAnswer {
  return applyOperation(draftOf(image), operation, { index: NO_INDEX, replicas });
}
