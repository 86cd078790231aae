/**
 * Events of the cluster's health. Whatever status is judged, for whomever, is told to those who listen and were told
 * otherwise before. As long as anyone listens the monitor asks for one itself: soon after whatever the host learns, and
 * from time to time, since lag and metadata are told to nobody. It judges nothing: that is `status.ts`.
 */
import type { EventFeed } from './events.js';
import type { HealthProblem, MetadataHealth } from '../metadata/health.js';

/** Between looks that changes call for: a burst of them is one look. */
const LEAST_INTERVAL_MS = 100;
/** Between looks that nothing calls for. */
const INTERVAL_MS = 250;

/** The judgement, of a cluster or of a store in etcd. */
interface Judged {
  readonly healthy: boolean;
  readonly reasons: readonly HealthProblem[];
  readonly metadata: MetadataHealth | null;
}

export class HealthMonitor {
  readonly #events: EventFeed;
  /** Judges, and tells of it here. */
  readonly #look: () => Promise<unknown>;
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking = false;
  #changedAt = Number.NEGATIVE_INFINITY;
  #closed = false;
  #begun = 0;
  #told = 0;

  constructor(events: EventFeed, look: () => Promise<unknown>) {
    this.#events = events;
    this.#look = look;
  }

  /** A status is being gathered from now on; the function returned takes it. One that others have overtaken is old. */
  begin(): (status: Judged) => void {
    this.#begun += 1;
    const number = this.#begun;
    return (status) => {
      if (number < this.#told) return;
      this.#told = number;
      this.#tell(status);
    };
  }

  /** Something changed, or somebody listens who did not. */
  wake(): void {
    this.#changedAt = performance.now();
    if (!this.#looking) this.#arm(this.#lookedAt + LEAST_INTERVAL_MS - performance.now());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #arm(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#closed || !this.#events.listened) return;
    this.#timer = setTimeout(() => void this.#lookNow(), Math.max(0, delayMs));
  }

  async #lookNow(): Promise<void> {
    this.#looking = true;
    this.#lookedAt = performance.now();
    try {
      await this.#look();
    } finally {
      this.#looking = false;
      this.#arm(this.#changedAt > this.#lookedAt ? LEAST_INTERVAL_MS : INTERVAL_MS);
    }
  }

  #tell({ healthy, reasons, metadata }: Judged): void {
    const all = [...reasons, ...(metadata?.problems ?? [])];
    const kinds = all.map(({ reason }) => reason);
    this.#events.emitState('health', kinds.join(), { healthy, reasons: all });
  }
}
