/** All unanswered writes in call order, with a cursor at the first one that has not left under the present target. */
import type { Write } from './write.js';

export class WriteList {
  operations = 0;
  bytes = 0;
  cursor: Write | null = null;
  #first: Write | null = null;
  #last: Write | null = null;

  append(write: Write): void {
    write.linked = true;
    write.previous = this.#last;
    if (this.#last === null) this.#first = write;
    else this.#last.next = write;
    this.#last = write;
    this.cursor ??= write;
    this.operations += 1;
    this.bytes += write.payload.length;
  }

  remove(write: Write): void {
    if (!write.linked) return;
    write.linked = false;
    if (this.cursor === write) this.cursor = write.next;
    if (write.previous === null) this.#first = write.next;
    else write.previous.next = write.next;
    if (write.next === null) this.#last = write.previous;
    else write.next.previous = write.previous;
    write.previous = null;
    write.next = null;
    this.operations -= 1;
    this.bytes -= write.payload.length;
  }

  /** Everything is to be sent again. */
  rewind(): void {
    this.cursor = this.#first;
  }

  /** The visitor may remove the write it is given, and no other. */
  visit(visitor: (write: Write) => void): void {
    let write = this.#first;
    while (write !== null) {
      const next: Write | null = write.next;
      visitor(write);
      write = next;
    }
  }
}
