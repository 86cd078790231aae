/**
 * All open streams of server-sent events: of the cluster, of the metadata, and of the status and the picture, which one
 * look an interval tells to all. Each goes at the pace of its own socket; nothing is kept for one that does not read.
 */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError, type WatchedChange } from '../index.js';
import { errorBody, Refusal } from './error-response.js';
import { EventStream } from './event-stream.js';
import type { ServiceLimits } from './limits.js';
import type { PictureMaker } from './picture-maker.js';
import type { Served } from './served.js';

/** `picture` is for whoever asks for it by name. */
export const topics = ['cluster', 'metadata', 'status', 'picture'] as const;
export type Topic = (typeof topics)[number];

export interface EventRequest {
  /** Of the log, exclusive; null: from now. */
  readonly fromIndex: number | null;
  readonly topics: ReadonlySet<Topic>;
}

interface EventSources {
  readonly served: Served;
  readonly limits: ServiceLimits;
  readonly pictures: PictureMaker;
}

export class EventStreams {
  readonly #served: Served;
  readonly #limits: ServiceLimits;
  readonly #pictures: PictureMaker;
  /** With what each is to be told. */
  readonly #streams = new Map<EventStream, ReadonlySet<Topic>>();
  readonly #work = new Set<Promise<void>>();
  /** Null: there is nobody to tell. */
  #tellsStatus: Promise<void> | null = null;
  /** The same of pictures. */
  #tellsPicture: Promise<void> | null = null;
  readonly #closing = new AbortController();
  /** Changes are shared by all who watch, and so is their text. */
  readonly #texts = new WeakMap<WatchedChange, string>();

  constructor({ served, limits, pictures }: EventSources) {
    this.#served = served;
    this.#limits = limits;
    this.#pictures = pictures;
  }

  open(response: ServerResponse, request: EventRequest): void {
    if (this.#closing.signal.aborted) throw new ClusterError('Stopped', 'the service is closing');
    if (this.#streams.size >= this.#limits.subscribers) {
      throw new Refusal('Overloaded', `there are ${this.#limits.subscribers} streams of events already`, {
        status: 503,
      });
    }
    const stream = new EventStream(response, performance.now());
    // Not before: what it was still told may wait in its socket.
    response.on('close', () => this.#streams.delete(stream));
    this.#streams.set(stream, request.topics);
    this.#tellsStatus ??= this.#track(this.#tellStatus());
    if (request.topics.has('picture')) this.#tellsPicture ??= this.#track(this.#tellPicture());
    if (request.topics.has('cluster')) void this.#track(this.#tellCluster(stream));
    if (request.topics.has('metadata')) void this.#track(this.#tellMetadata(stream, request.fromIndex));
  }

  /** Ends every stream; resolves when nothing more is under way for any. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const stream of this.#streams.keys()) stream.end();
    await Promise.all(this.#work);
  }

  #track(work: Promise<void>): Promise<void> {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
    return work;
  }

  async #tellStatus(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#streams.size > 0 && !signal.aborted) {
      const nextAtMs = performance.now() + this.#limits.statusMs;
      const wanted = [...this.#streams.values()].some((told) => told.has('status'));
      // One that has ended tells nothing more.
      const status = wanted ? await this.#served.status().catch(() => null) : null;
      const text = eventText('status', status);
      for (const [stream, told] of this.#streams) {
        if (status !== null && told.has('status')) stream.offer(text);
        stream.tend(performance.now(), this.#limits);
      }
      await delay(Math.max(0, nextAtMs - performance.now()), undefined, { signal }).catch(() => undefined);
    }
    this.#tellsStatus = null;
  }

  /** One picture an interval for all, and none that nobody looks at. */
  async #tellPicture(): Promise<void> {
    const { signal } = this.#closing;
    const { pictureMs, pictureTimes, pictureMostMs } = this.#limits;
    const viewers = (): EventStream[] =>
      [...this.#streams].flatMap(([stream, told]) => (told.has('picture') ? [stream] : []));
    while (viewers().length > 0 && !signal.aborted) {
      const beganAtMs = performance.now();
      const picture = await this.#pictures.make().catch(() => null);
      if (picture !== null) for (const stream of viewers()) stream.offer(eventText('picture', picture));
      const tookMs = performance.now() - beganAtMs;
      const pauseMs = Math.min(pictureMostMs, Math.max(pictureMs, tookMs * pictureTimes)) - tookMs;
      await delay(Math.max(0, pauseMs), undefined, { signal }).catch(() => undefined);
    }
    this.#tellsPicture = null;
  }

  async #tellCluster(stream: EventStream): Promise<void> {
    try {
      for await (const event of this.#served.events({ signal: stream.signal })) {
        await stream.send(eventText('cluster', event));
      }
    } catch (error) {
      await fail(stream, error);
    }
  }

  async #tellMetadata(stream: EventStream, fromIndex: number | null): Promise<void> {
    try {
      const index = fromIndex ?? (await this.#currentIndex());
      // An id without data is no event: it is what a client that loses the stream at once goes on from.
      if (index !== null) await stream.send(`id: ${index}\n\n`);
      const options = { signal: stream.signal, ...(index === null ? {} : { fromIndex: index }) };
      for await (const change of this.#served.store.watch(options)) await stream.send(this.#textOf(change));
    } catch (error) {
      await fail(stream, error);
    }
  }

  /** Null: no node is there to tell. */
  async #currentIndex(): Promise<number | null> {
    const options = { consistency: 'local', timeoutMs: 1_000 } as const;
    const answer = await this.#served.store.query({ type: 'health' }, options).catch(() => null);
    return answer?.index ?? null;
  }

  #textOf(change: WatchedChange): string {
    const known = this.#texts.get(change);
    if (known !== undefined) return known;
    const text = `id: ${change.index}\n${eventText('metadata', change)}`;
    this.#texts.set(change, text);
    return text;
  }
}

function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Tells why. Without a majority there are no more changes of the metadata, while the rest is worth to be told; anything
 * else ends the stream, and its client comes again. One that is too far behind must not ask for the same again.
 */
async function fail(stream: EventStream, error: unknown): Promise<void> {
  const { error: told } = errorBody(error);
  await stream.send(`${told.code === 'Compacted' ? 'id:\n' : ''}${eventText('failure', { error: told })}`);
  if (told.code !== 'NoLeader') stream.end();
}
