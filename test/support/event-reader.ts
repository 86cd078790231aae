/** A client of the service's server-sent events, for tests: all that it is told, in order. */
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import * as assert from 'uvu/assert';
import type { Service } from '../../src/service/service.js';
import { withDeadline } from './deadline.js';

interface Told {
  id: string;
  event: string;
  data: unknown;
}

/** By the rules of the standard: an id holds for what follows, a block without data is no event. */
export class Events {
  readonly told: Told[] = [];
  id = '';
  comments = 0;
  ended = false;
  readonly incoming: IncomingMessage;
  #rest = '';

  constructor(incoming: IncomingMessage) {
    this.incoming = incoming;
    incoming.setEncoding('utf8').on('data', (text: string) => {
      const blocks = (this.#rest + text).split('\n\n');
      this.#rest = blocks.pop() ?? '';
      blocks.forEach((block) => {
        this.#take(block);
      });
    });
    incoming.on('error', () => undefined);
    incoming.on('close', () => (this.ended = true));
  }

  static async open(service: Service, query = '', headers: Record<string, string> = {}): Promise<Events> {
    const asked = httpGet(`${service.url}/v1/events${query}`, { headers, agent: false });
    const [incoming] = (await withDeadline('a stream', 10_000, once(asked, 'response'))) as [IncomingMessage];
    assert.is(incoming.statusCode, 200);
    assert.is(incoming.headers['content-type'], 'text/event-stream; charset=utf-8');
    return new Events(incoming);
  }

  of<T>(event: string): T[] {
    return this.told.filter((told) => told.event === event).map(({ data }) => data as T);
  }

  close(): void {
    this.incoming.destroy();
  }

  #take(block: string): void {
    const fields = block.split('\n').map((line) => /^(\w*):? ?(.*)$/.exec(line) ?? []);
    if (fields.some(([, name]) => name === '')) this.comments += 1;
    const valueOf = (wanted: string): string | undefined => fields.find(([, name]) => name === wanted)?.[2];
    this.id = valueOf('id') ?? this.id;
    const data = valueOf('data');
    if (data !== undefined) this.told.push({ id: this.id, event: valueOf('event') ?? '', data: JSON.parse(data) });
  }
}
