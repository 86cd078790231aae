/**
 * Whether an operation is out of shape, so that it would be refused in every state: who proposes it can then spare the
 * log. By the very code that applies it, on an empty image, and what it makes of that is forgotten.
 */
import type { ErrorValue } from '../errors.js';
import { applyOperation } from './apply.js';
import { emptyImage } from './image.js';
import { draftOf } from './image-draft.js';

const nothing = emptyImage();
/** No state that is forgotten has a place in a log. */
const NO_INDEX = 0;

/** `operation` is plain JSON data. Null: some state may accept it. */
export function refuseMalformed(operation: unknown): ErrorValue | null {
  const answer = applyOperation(draftOf(nothing), operation, NO_INDEX);
  if (!('error' in answer)) return null;
  const { code } = answer.error;
  return code === 'InvalidArgument' || code === 'UnknownOperation' ? answer.error : null;
}
