/** What every operation's handler is given, and what is asked of it. */
import type { OperationAnswer } from './answer.js';
import type { ImageDraft } from './image.js';
import type { InputReader } from './input-reader.js';
import type { ReplicaIndex } from './replica-index.js';

/** Of the log entry that the operation stands in. */
export interface OperationContext {
  /** Its log index; grows, not always by one. */
  readonly index: number;
  /** Unix ms. */
  readonly timestamp: number;
  /** What chance decides in a placement, decided by this. */
  readonly placementSeed: number;
  /** As they were before the operation. */
  readonly replicas: ReplicaIndex;
}

/**
 * Validates everything before it changes anything: the draft is shared by a batch and cannot be rolled back. Puts no
 * record that is equal to the one in its place: what is put has changed.
 */
export type OperationHandler = (draft: ImageDraft, input: InputReader, context: OperationContext) => OperationAnswer;
