/** The links between all nodes of a cluster, one a pair, and their attachment to the present lives of both ends. */
import { must } from '../assert.js';
import type { ActorSystem } from '../runtime/actor-system.js';
import { LinkHost } from './link-host.js';
import type { NodeHost, NodeLife } from './node-host.js';
import { MAX_NODES } from './options.js';

export interface LinkTableOptions {
  readonly system: ActorSystem;
  readonly nodes: ReadonlyMap<number, NodeHost>;
  readonly seed: number;
  readonly callTimeoutMs: number;
  /** For a node to take up a link. */
  readonly attachTimeoutMs: number;
  onRestart(ends: readonly [number, number]): void;
}

export class LinkTable {
  readonly #options: LinkTableOptions;
  readonly #links = new Map<string, LinkHost>();

  constructor(options: LinkTableOptions) {
    this.#options = options;
  }

  all(): LinkHost[] {
    return [...this.#links.values()];
  }

  of(id: number): LinkHost[] {
    return this.all().filter((link) => link.ends.includes(id));
  }

  between(a: number, b: number): LinkHost {
    return must(this.#links.get(linkKey(a, b)), `link ${a}-${b}`);
  }

  /** From a new node to every other. */
  connect(id: number): void {
    for (const other of this.#options.nodes.values()) {
      const link = this.#create([other.id, id]);
      this.#links.set(linkKey(id, other.id), link);
      if (other.life !== null) this.#attach(link, other.id, other.life);
    }
  }

  /** Every link of the node, to a new life of it. */
  attach(id: number, life: NodeLife): void {
    for (const link of this.of(id)) this.#attach(link, id, life);
  }

  async discard(id: number): Promise<void> {
    const links = this.of(id);
    for (const link of links) this.#links.delete(linkKey(link.ends[0], link.ends[1]));
    await Promise.all(links.map((link) => link.stop()));
  }

  #create(ends: readonly [number, number]): LinkHost {
    const { system, nodes, seed, callTimeoutMs } = this.#options;
    const link: LinkHost = new LinkHost({
      ends,
      system,
      seed: (seed + ends[0] * MAX_NODES + ends[1]) >>> 0,
      callTimeoutMs,
      onRestart: () => {
        this.#options.onRestart(ends);
        for (const end of ends) {
          const life = nodes.get(end)?.life;
          if (life !== null && life !== undefined) this.#attach(link, end, life);
        }
      },
    });
    return link;
  }

  #attach(link: LinkHost, id: number, life: NodeLife): void {
    const peer = link.ends[0] === id ? link.ends[1] : link.ends[0];
    const port = link.attach(life.hello);
    life.raft.call('attachLink', [peer, port], this.#options.attachTimeoutMs).catch(() => {
      // The node ended first; its next life attaches anew.
      port.close();
    });
  }
}

function linkKey(a: number, b: number): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}
