/**
 * Who leads, as the two neighbours understand it: to the host, whoever can append does; to the store, only the
 * controller. Each time that appending becomes possible again is an admission of its own, under which whoever waits
 * sends anew.
 */
import type { Leadership } from '../../raft/ready.js';
import type { Outbox } from './outbox.js';
import type { StoreDelivery } from './store-delivery.js';

export class LeadershipNews {
  readonly #outbox: Outbox;
  readonly #delivery: StoreDelivery;
  #admission = 0;
  #open = false;
  #hostTold = '';
  #storeTold = '';

  constructor(outbox: Outbox, delivery: StoreDelivery) {
    this.#outbox = outbox;
    this.#delivery = delivery;
  }

  isOpen(admission: number): boolean {
    return this.#open && admission === this.#admission;
  }

  /** False: it was open already. */
  open(): boolean {
    if (this.#open) return false;
    this.#open = true;
    this.#admission += 1;
    return true;
  }

  close(): void {
    this.#open = false;
  }

  /** `answers`: reads can be confirmed; `leads`: this process is the controller, in `term`. */
  tell({ answers, leads, term }: { answers: boolean; leads: boolean; term: number }): void {
    // Another term is no news to the host: what it has sent stays on its way.
    const forHost = this.#leadership(answers, this.#admission);
    const hostTold = JSON.stringify(forHost);
    if (hostTold !== this.#hostTold) this.#outbox.toHost({ kind: 'leadership', leadership: forHost });
    this.#hostTold = hostTold;
    const forStore = this.#leadership(leads, term);
    const storeTold = JSON.stringify(forStore);
    if (storeTold !== this.#storeTold) this.#delivery.addLeadership(forStore);
    this.#storeTold = storeTold;
  }

  #leadership(leads: boolean, term: number): Leadership {
    return {
      role: leads ? 'leader' : 'follower',
      term,
      leader: null,
      admission: leads && this.#open ? this.#admission : null,
      committedInTerm: leads,
    };
  }
}
