/** A labelled number of a form, kept as the text that was typed; within what bounds is said to the browser. */
import type { JSX } from 'preact';

interface NumberFieldProps {
  readonly name: string;
  readonly value: string;
  readonly least: number;
  readonly most?: number;
  /** Whole numbers if absent. */
  readonly step?: 'any';
  readonly onValue: (value: string) => void;
}

export function NumberField({ name, value, least, most, step, onValue }: NumberFieldProps): JSX.Element {
  return (
    <label class="field">
      <span>{name}</span>
      <input
        type="number"
        min={least}
        max={most}
        step={step}
        required
        value={value}
        onInput={(event) => {
          onValue(event.currentTarget.value);
        }}
      />
    </label>
  );
}
