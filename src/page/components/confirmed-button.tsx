/** A button that asks once more where what it does cannot easily be undone. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

interface ConfirmedButtonProps {
  /** For screen readers: says of what. */
  readonly label: string;
  readonly text: string;
  /** Null: it is done at once. */
  readonly risk: string | null;
  readonly busy: boolean;
  readonly onPress: () => void;
}

export function ConfirmedButton({ label, text, risk, busy, onPress }: ConfirmedButtonProps): JSX.Element {
  const [asks, setAsks] = useState(false);
  if (!asks || risk === null) {
    return (
      <button
        type="button"
        class="danger"
        aria-label={label}
        aria-busy={busy}
        onClick={() => {
          if (risk === null) onPress();
          else setAsks(true);
        }}
      >
        {text}
      </button>
    );
  }
  return (
    <span class="confirm" role="alertdialog" aria-label={risk}>
      <span class="confirm-risk">{risk}</span>
      <button
        type="button"
        class="danger"
        onClick={() => {
          setAsks(false);
          onPress();
        }}
      >
        {text}
      </button>
      <button
        type="button"
        ref={(button) => button?.focus()}
        onClick={() => {
          setAsks(false);
        }}
      >
        Cancel
      </button>
    </span>
  );
}
