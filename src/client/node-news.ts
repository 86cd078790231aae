/** What the nodes say of themselves on their data ports, passed on to whoever in the host's thread asked for it. */
import type { NodeToHost } from '../messages.js';

type NewsKind = 'leadership' | 'configuration' | 'peer';
type News<Kind extends NewsKind = NewsKind> = Extract<NodeToHost, { readonly kind: Kind }>;
type Listener<Kind extends NewsKind> = (id: number, news: News<Kind>) => void;

export class NodeNews {
  readonly #listeners: { readonly [Kind in NewsKind]: Listener<Kind>[] } = {
    leadership: [],
    configuration: [],
    peer: [],
  };

  on<Kind extends NewsKind>(kind: Kind, listener: Listener<Kind>): void {
    this.#listeners[kind].push(listener);
  }

  tell(id: number, news: News): void {
    for (const listener of this.#listeners[news.kind]) listener(id, news as never);
  }
}
