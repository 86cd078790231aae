/**
 * The stream of pictures and events, read by `fetch`, since an EventSource sends no token. Comes again by itself when
 * it is lost; rests while nobody sees the page.
 */
import type { ClusterEvent } from '../index.js';
import type { Picture } from '../service/picture.js';
import { ApiFailure, ask } from './api.js';
import type { News } from './state/page-state.js';
import { createEventReader } from './state/sse.js';
import { authorization, readToken } from './token.js';

const PATH = '/v1/events?include=picture,cluster';
/** A picture comes five times a second: so long a silence is a dead connection. */
const SILENCE_MS = 4_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2_000;

export class Feed {
  readonly #tell: (news: News) => void;
  #attempt: AbortController | null = null;
  #timer: number | undefined;
  #waitMs = FIRST_WAIT_MS;

  constructor(tell: (news: News) => void) {
    this.#tell = tell;
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.#stop();
      else if (this.#attempt === null) this.start();
    });
  }

  /** Anew, if it runs. */
  start(): void {
    this.#stop();
    const attempt = new AbortController();
    this.#attempt = attempt;
    void this.#run(attempt.signal);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#attempt?.abort();
    this.#attempt = null;
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      await this.#read(signal);
      if (!signal.aborted) this.#again('the service ended the stream');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiFailure && error.code === 'Unauthorized') {
        this.#tell({ kind: 'connection', connection: { kind: 'tokenNeeded', refused: readToken() !== null } });
      } else {
        this.#again(error instanceof ApiFailure ? `${error.code}: ${error.message}` : 'the service does not answer');
      }
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const silence = new Silence(() => {
      this.#stop();
      this.#again('the service has gone silent');
    });
    try {
      silence.broken();
      const answer = await ask(PATH, { headers: authorization(), signal });
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      const take = createEventReader();
      for (;;) {
        const value = (await reader?.read())?.value;
        if (value === undefined) return;
        silence.broken();
        for (const { event, data } of take(value)) this.#take(event, data);
      }
    } finally {
      silence.end();
    }
  }

  #take(event: string, data: string): void {
    if (event === 'picture') {
      this.#waitMs = FIRST_WAIT_MS;
      this.#tell({ kind: 'connection', connection: { kind: 'live' } });
      this.#tell({ kind: 'picture', picture: JSON.parse(data) as Picture });
    } else if (event === 'cluster') {
      this.#tell({ kind: 'event', event: JSON.parse(data) as ClusterEvent });
    }
  }

  #again(why: string): void {
    this.#tell({ kind: 'connection', connection: { kind: 'lost', why } });
    this.#timer = window.setTimeout(() => {
      this.start();
    }, this.#waitMs);
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
  }
}

/** Tells when nothing has come for too long. */
class Silence {
  readonly #tell: () => void;
  #timer: number | undefined;

  constructor(tell: () => void) {
    this.#tell = tell;
  }

  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(this.#tell, SILENCE_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
