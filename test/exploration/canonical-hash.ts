/**
 * 64 bits of a state of the cluster, equal for states that differ only in which node is which: the least of one hash
 * for each naming. Nodes and messages are added up, so that their order is nothing.
 */
import { NO_MESSAGE, type Explorer, type State } from './explorer.js';
import { mix } from './hash-text.js';

export class CanonicalHash {
  high = 0;
  low = 0;
  readonly #explorer: Explorer;
  readonly #lanes: number;

  constructor(explorer: Explorer) {
    this.#explorer = explorer;
    this.#lanes = explorer.namings.length * 2;
  }

  set(state: State): void {
    this.#setUnder(state, 0);
    let { high, low } = this;
    for (let lane = 2; lane < this.#lanes; lane += 2) {
      this.#setUnder(state, lane);
      const isLess = this.high < high || (this.high === high && this.low < low);
      if (isLess) ({ high, low } = this);
    }
    this.high = high;
    this.low = low;
  }

  #setUnder(state: State, lane: number): void {
    const { nodes, firstMessage, turns, histories } = this.#explorer;
    this.low = state[nodes + 2] ?? 0;
    this.low = mix(this.low ^ mix((state[nodes + 1] ?? 0) + 0x51ed270b));
    this.high = mix((state[nodes + 1] ?? 0) ^ this.low);
    for (let slot = 0; slot < nodes; slot += 1) this.#add(turns.nodes.hashes, state[slot] ?? 0, lane);
    this.#add(histories.hashes, state[nodes] ?? 0, lane);
    for (let position = firstMessage; position < state.length; position += 1) {
      const message = state[position] ?? NO_MESSAGE;
      if (message === NO_MESSAGE) break;
      this.#add(turns.messages.hashes, message, lane);
    }
    this.low ^= mix(this.high);
    this.high ^= mix(this.low);
    this.low = (this.low ^ mix(this.high)) >>> 0;
    this.high >>>= 0;
  }

  #add(hashes: Uint32Array, id: number, lane: number): void {
    const at = id * this.#lanes + lane;
    this.high = (this.high + (hashes[at] ?? 0)) | 0;
    this.low = (this.low + (hashes[at + 1] ?? 0)) | 0;
  }
}
