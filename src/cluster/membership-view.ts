/**
 * What the host knows of the members: the configuration in force as far as it has been told, whose links are
 * connected, and what follows for a majority. Judges; changes nothing (`membership.ts` does).
 */
import { sameConfiguration } from '../raft/configuration.js';
import type { Configuration } from '../raft/messages.js';
import type { NodeHost } from './node-host.js';

export const NO_MEMBERS: Configuration = { voters: [], learners: [] };

export class MembershipView {
  readonly #nodes: ReadonlyMap<number, NodeHost>;
  #configuration = NO_MEMBERS;
  /** The latest that each running node has told, by node id. */
  readonly #told = new Map<number, Configuration>();
  /** Links connected, as both nodes' ends tell: "node-peer". */
  readonly #connected = new Set<string>();

  constructor(nodes: ReadonlyMap<number, NodeHost>) {
    this.#nodes = nodes;
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  /** The configuration in force, until a leader tells another. */
  assume(configuration: Configuration): void {
    this.#configuration = configuration;
  }

  tell(id: number, configuration: Configuration): void {
    this.#told.set(id, configuration);
  }

  /** Takes what the leader has told; true when that is news. */
  follow(leader: number | null): boolean {
    const told = leader === null ? undefined : this.#told.get(leader);
    if (told === undefined || sameConfiguration(told, this.#configuration)) return false;
    this.#configuration = told;
    return true;
  }

  connect(id: number, peer: number, connected: boolean): void {
    const pair = `${id}-${peer}`;
    if (connected) this.#connected.add(pair);
    else this.#connected.delete(pair);
  }

  /** Whether the node itself has told that it is a voter. */
  knowsItselfVoter({ id, member }: NodeHost): boolean {
    const voters = this.#told.get(id)?.voters ?? [];
    return voters.some(({ incarnation }) => incarnation === member.incarnation);
  }

  /** The node's threads have ended. */
  forget(id: number): void {
    this.#told.delete(id);
    for (const pair of this.#connected) if (pair.split('-').includes(String(id))) this.#connected.delete(pair);
  }

  /** Whether this node is a voter whose links reach a majority of them, itself included. */
  reachesMajority({ id, member }: NodeHost): boolean {
    const { voters } = this.#configuration;
    const reached = voters.filter((voter) => voter.id === id || this.#connected.has(`${id}-${voter.id}`));
    return voters.some((voter) => voter.incarnation === member.incarnation) && reached.length * 2 > voters.length;
  }

  /** A voter whose log is gone, or refused, is lost for good; with a majority of them, so is the cluster. */
  lostForGood(): boolean {
    return !this.#isMajority((id, incarnation) => this.#nodes.get(id)?.keeps(incarnation) === true);
  }

  /** True also as long as no voter is known. */
  majorityRuns(): boolean {
    return this.#isMajority((id, incarnation) => {
      const node = this.#nodes.get(id);
      return node?.life?.hello.member.incarnation === incarnation;
    });
  }

  #isMajority(holds: (id: number, incarnation: string) => boolean): boolean {
    const { voters } = this.#configuration;
    const holding = voters.filter(({ id, incarnation }) => holds(id, incarnation));
    return voters.length === 0 || holding.length * 2 > voters.length;
  }
}
