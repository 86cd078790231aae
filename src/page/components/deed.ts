/** One thing at a time that a panel asks of the service: whether it is under way, and how it was refused. */
import { useState } from 'preact/hooks';
import { asFailure, type ApiFailure } from '../api.js';

export interface Deed {
  /** What is under way; null: nothing. */
  readonly busy: string | null;
  readonly failure: ApiFailure | null;
  /** Resolves to whether it was done. While one is under way, another is not begun. */
  readonly run: (name: string, deed: () => Promise<void>) => Promise<boolean>;
  readonly dismiss: () => void;
}

export function useDeed(): Deed {
  const [busy, setBusy] = useState<string | null>(null);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  return {
    busy,
    failure,
    async run(name, deed) {
      if (busy !== null) return false;
      setBusy(name);
      setFailure(null);
      try {
        await deed();
        return true;
      } catch (error) {
        setFailure(asFailure(error));
        return false;
      } finally {
        setBusy(null);
      }
    },
    dismiss: () => {
      setFailure(null);
    },
  };
}
