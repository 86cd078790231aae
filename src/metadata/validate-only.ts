/** Operations that can be asked what they would come to: they then work on a copy, which is thrown away. */
import { copyOfDraft } from './image.js';
import type { OperationHandler } from './outcome.js';
import { malformed, unchanged } from './outcome.js';

export function orValidateOnly(handler: OperationHandler): OperationHandler {
  return (draft, input, context) => {
    const isAsked = input.has('validateOnly') && input.boolean('validateOnly');
    if (input.problem !== undefined) return malformed(input.problem);
    if (!isAsked) return handler(draft, input, context);
    const outcome = handler(copyOfDraft(draft), input, context);
    return 'error' in outcome ? outcome : unchanged(outcome.value);
  };
}
