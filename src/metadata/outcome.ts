/**
 * What one operation comes to inside the state machine: its answer, and whether it changed anything (which moves the
 * version).
 */
import type { ErrorValue } from '../errors.js';
import { rejected } from './answer.js';
import type { ImageDraft } from './image.js';
import type { InputReader } from './input-reader.js';

export type Outcome = { readonly value: unknown; readonly changed: boolean } | { readonly error: ErrorValue };

/** Of the log entry that the operation stands in. */
export interface OperationContext {
  /** Its log index; grows, not always by one. */
  readonly index: number;
  /** Unix ms. */
  readonly timestamp: number;
}

/** Validates everything before it changes anything: the draft is shared by a batch and cannot be rolled back. */
export type OperationHandler = (draft: ImageDraft, input: InputReader, context: OperationContext) => Outcome;

export function changed(value: unknown): Outcome {
  return { value, changed: true };
}

export function unchanged(value: unknown): Outcome {
  return { value, changed: false };
}

/** For data out of shape. */
export function malformed(problem: string): { readonly error: ErrorValue } {
  return rejected('InvalidArgument', problem);
}
