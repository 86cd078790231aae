/**
 * What one operation comes to inside the state machine: its answer, and whether it changed anything (which moves the
 * version).
 */
import type { ErrorValue } from '../errors.js';
import { rejected } from './answer.js';
import type { ImageDraft } from './image.js';
import type { InputReader } from './input-reader.js';

export type Outcome = { readonly value: unknown; readonly changed: boolean } | { readonly error: ErrorValue };

/** Validates everything before it changes anything: the draft is shared by a batch and cannot be rolled back. */
export type OperationHandler = (draft: ImageDraft, input: InputReader, timestamp: number) => Outcome;

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
