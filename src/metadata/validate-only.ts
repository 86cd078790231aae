/** Operations that can be asked what they would come to: they then work on a copy, which is thrown away. */
import { malformed } from './answer.js';
import { copyOfDraft } from './image-draft.js';
import type { OperationHandler } from './operation-handler.js';

export function orValidateOnly(handler: OperationHandler): OperationHandler {
  return (draft, input, context) => {
    const isAsked = input.has('validateOnly') && input.boolean('validateOnly');
    if (input.problem !== undefined) return malformed(input.problem);
    return handler(isAsked ? copyOfDraft(draft) : draft, input, context);
  };
}
