/** Operations that can be asked what they would come to: they then work on a copy, which is thrown away. */
import { copyOfDraft } from './image-draft.js';
import type { OperationHandler } from './operation-handler.js';

export function orValidateOnly(handler: OperationHandler): OperationHandler {
  return (draft, input, context) => {
    // Out of shape it counts as false, and the handler answers the input's problem before it changes anything.
    const isAsked = input.flag('validateOnly');
    return handler(isAsked ? copyOfDraft(draft) : draft, input, context);
  };
}
