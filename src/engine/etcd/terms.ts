/** In which term each entry was appended: what a snapshot must say of its last one. */

export class Terms {
  /** Where each term begins, in order. */
  #starts: { readonly index: number; readonly term: number }[] = [];

  /** Of the last entry; 0 before the first. */
  get last(): number {
    return this.#starts.at(-1)?.term ?? 0;
  }

  /** From this entry on. */
  add({ firstIndex, term }: { readonly firstIndex: number; readonly term: number }): void {
    if (term !== this.last) this.#starts.push({ index: firstIndex, term });
  }

  at(index: number): number {
    return this.#starts.findLast((start) => start.index <= index)?.term ?? 0;
  }

  /** Nobody asks for an entry before this one any more. */
  forgetBefore(index: number): void {
    const kept = this.#starts.findLastIndex((start) => start.index <= index);
    if (kept > 0) this.#starts = this.#starts.slice(kept);
  }
}
