/**
 * One open stream of server-sent events: text out, no faster than its socket takes it. What is told, and when, is
 * `event-streams.ts`.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

export class EventStream {
  readonly #response: ServerResponse;
  readonly #ended = new AbortController();
  #sentAtMs: number;
  /** Since when it waits for its socket, to go on or to be gone; null: it does not. */
  #waitsSinceMs: number | null = null;
  #offered = '';

  constructor(response: ServerResponse, nowMs: number) {
    this.#response = response;
    this.#sentAtMs = nowMs;
    response.on('close', () => {
      this.#ended.abort();
    });
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
  }

  /** Aborted when nothing more is to be told. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Resolves when there is room for more, or nothing more will go out. */
  async send(text: string): Promise<void> {
    if (this.signal.aborted || this.#write(text)) return;
    await once(this.#response, 'drain', { signal: this.signal }).catch(() => undefined);
  }

  /** Sends the text where it is another one than before and there is room; if not, a later one will do. */
  offer(text: string): void {
    if (text === this.#offered || this.#response.writableNeedDrain || this.signal.aborted) return;
    this.#offered = text;
    this.#write(text);
  }

  /** Ends it if its socket has taken nothing for `drainMs`; breaks a silence of `commentMs`. */
  tend(nowMs: number, limits: { readonly drainMs: number; readonly commentMs: number }): void {
    const waits = this.#response.writableNeedDrain || this.signal.aborted;
    this.#waitsSinceMs = waits ? (this.#waitsSinceMs ?? nowMs) : null;
    if (this.#waitsSinceMs !== null) {
      if (nowMs - this.#waitsSinceMs >= limits.drainMs) this.#response.destroy();
    } else if (nowMs - this.#sentAtMs >= limits.commentMs) {
      this.#write(': still here\n\n');
    }
  }

  end(): void {
    this.#ended.abort();
    this.#response.end();
  }

  #write(text: string): boolean {
    this.#sentAtMs = performance.now();
    return this.#response.write(text);
  }
}
