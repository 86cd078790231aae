/** Which rows of how many a table shows, the way to the others, and why there are none. */
import type { JSX } from 'preact';
import type { BrowsePage } from '../../index.js';
import type { ApiFailure } from '../api.js';
import { whole } from '../state/numbers.js';
import { ROWS } from './browsing.js';

interface PagesProps {
  readonly page: BrowsePage<unknown>;
  readonly offset: number;
  readonly noun: string;
  readonly failure: ApiFailure | null;
  readonly onOffset: (offset: number) => void;
}

export function Pages({ page: { total, rows }, offset, noun, failure, onOffset }: PagesProps): JSX.Element {
  const text =
    total === 0
      ? `no ${noun}`
      : `${whole(Math.min(offset + 1, total))} to ${whole(offset + rows.length)} of ${whole(total)}`;
  return (
    <div class="pages">
      {failure !== null && (
        <p class="failure">
          <strong>{failure.code}</strong> {failure.message}
        </p>
      )}
      <span class="note">{text}</span>
      {(total > ROWS || offset > 0) && (
        <>
          <button
            type="button"
            disabled={offset === 0}
            aria-label={`Earlier ${noun}`}
            onClick={() => {
              onOffset(Math.max(0, offset - ROWS));
            }}
          >
            ←
          </button>
          <button
            type="button"
            disabled={offset + rows.length >= total}
            aria-label={`Later ${noun}`}
            onClick={() => {
              onOffset(offset + ROWS);
            }}
          >
            →
          </button>
        </>
      )}
    </div>
  );
}
