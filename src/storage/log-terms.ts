/** Which term each place of the log has, without its entries: a row for each change of term. */
import { must } from '../assert.js';
import { lastIndexOf } from '../raft/entries.js';
import type { LogPlace } from '../raft/log.js';
import type { LogRecord } from './log-record.js';

export class LogTerms {
  /** Ascending; the first is the base, each holds for the indexes up to the next. */
  #changes: LogPlace[];
  #lastIndex: number;

  constructor(base: LogPlace) {
    this.#changes = [base];
    this.#lastIndex = base.index;
  }

  last(): LogPlace {
    return { index: this.#lastIndex, term: must(this.#changes.at(-1), 'term').term };
  }

  /** Null before the base and behind the end. */
  at(index: number): LogPlace | null {
    if (index > this.#lastIndex) return null;
    const change = this.#changes.findLast((place) => place.index <= index);
    return change === undefined ? null : { index, term: change.term };
  }

  /** What the log is after a record; one that reaches behind the base moves the base back. */
  follow({ after, reset, entries }: LogRecord): void {
    if (reset || after.index < must(this.#changes[0], 'base').index) this.#changes = [after];
    while (must(this.#changes.at(-1), 'term').index > after.index) this.#changes.pop();
    this.#lastIndex = after.index;
    for (const run of entries) {
      if (run.term !== this.last().term) this.#changes.push({ index: run.firstIndex, term: run.term });
      this.#lastIndex = lastIndexOf(run);
    }
  }
}
