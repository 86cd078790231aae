/**
 * What keeps the log in etcd going as time passes: the history of keys that changed is compacted, as etcd does not by
 * itself, and a watch that fell silent while the log goes on is found out (3.4 loses events around compactions:
 * etcd-io/etcd 17529, 18089).
 */
import type { Head } from './layout.js';
import type { Outbox } from './outbox.js';

/** As Kubernetes compacts. What changed within one interval is kept, and at most two: for watches that are slow. */
const COMPACTION_INTERVAL_MS = 300_000;
const MAX_BEHIND_MS = 1_000;

export interface UpkeepOptions {
  readonly outbox: Outbox;
  readonly now: () => number;
}

export class Upkeep {
  readonly #options: UpkeepOptions;
  #revision = 0;
  /** Of one interval ago. */
  #oldRevision = 0;
  #compactAt = 0;
  #behind: { readonly index: number; readonly since: number } | null = null;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  sawRevision(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  /** `known`: etcd has told that the log ends there. */
  sawHead(known: number, taken: Head): void {
    if (known > taken.index) this.#behind ??= { index: known, since: this.#options.now() };
  }

  /** What etcd has told of has not come for too long. */
  isBehind(taken: Head): boolean {
    if (this.#behind === null) return false;
    if (taken.index >= this.#behind.index) this.#behind = null;
    else if (this.#options.now() >= this.#behind.since + MAX_BEHIND_MS) {
      this.#behind = null;
      return true;
    }
    return false;
  }

  /** For the controller alone. */
  compactIfDue(): void {
    const { outbox, now } = this.#options;
    if (now() < this.#compactAt) return;
    if (this.#oldRevision > 0) outbox.add({ kind: 'compact', revision: this.#oldRevision });
    this.#oldRevision = this.#revision;
    this.#compactAt = now() + COMPACTION_INTERVAL_MS;
  }

  nextDueAt(leads: boolean): number {
    const behindAt = this.#behind === null ? Number.POSITIVE_INFINITY : this.#behind.since + MAX_BEHIND_MS;
    return Math.min(behindAt, leads ? this.#compactAt : Number.POSITIVE_INFINITY);
  }
}
