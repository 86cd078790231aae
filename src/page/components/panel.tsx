/** What all panels look like: a heading, something beside it, a body, and the refusal of what was asked for in it. */
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { ApiFailure } from '../api.js';

interface PanelProps {
  readonly title: string;
  /** Beside the heading. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Panel({ title, aside, children }: PanelProps): JSX.Element {
  const id = useId();
  return (
    <section class={`panel panel-${title.toLowerCase()}`} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

interface FailureNoteProps {
  /** Null: there was none. */
  readonly failure: ApiFailure | null;
  readonly onDismiss: () => void;
}

export function FailureNote({ failure, onDismiss }: FailureNoteProps): JSX.Element {
  return (
    <div role="alert">
      {failure !== null && (
        <p class="failure">
          <strong>{failure.code}</strong> {failure.message}
          <button type="button" class="quiet" onClick={onDismiss} aria-label="Dismiss the error">
            ✕
          </button>
        </p>
      )}
    </div>
  );
}
