/**
 * One page of a table of the metadata, kept current: asked for again a second after each answer, while it is looked at.
 */
import { useEffect, useState } from 'preact/hooks';
import type { BrowsePage } from '../../index.js';
import { asFailure, browse, type ApiFailure } from '../api.js';

export const ROWS = 15;
const AGAIN_MS = 1_000;

interface Browsed<Row> {
  readonly page: BrowsePage<Row>;
  /** Of the last time. What came before is still shown. */
  readonly failure: ApiFailure | null;
}

type Wanted = Readonly<Record<string, string | number | boolean>>;

export function useBrowse<Row>(of: string, wanted: Wanted): Browsed<Row> {
  const [browsed, setBrowsed] = useState<Browsed<Row>>({ page: { total: 0, rows: [] }, failure: null });
  const query = JSON.stringify({ limit: ROWS, ...wanted });
  useEffect(() => {
    let isWanted = true;
    let timer: number | undefined;
    const look = async (): Promise<void> => {
      if (document.visibilityState === 'visible') {
        try {
          const page = await browse<Row>(of, JSON.parse(query) as Record<string, string>);
          if (isWanted) setBrowsed({ page, failure: null });
        } catch (error) {
          if (isWanted) setBrowsed(({ page }) => ({ page, failure: asFailure(error) }));
        }
      }
      if (isWanted) timer = window.setTimeout(() => void look(), AGAIN_MS);
    };
    void look();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [of, query]);
  return browsed;
}
