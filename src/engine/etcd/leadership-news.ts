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
  /** Another one with each term that this process leads, too: what its store thought in an earlier one is void. */
  #controllerAdmission = 0;
  #ledUnder = '';
  #hostTold = '';
  #storeTold = '';

  constructor(outbox: Outbox, delivery: StoreDelivery) {
    this.#outbox = outbox;
    this.#delivery = delivery;
  }

  isOpen(admission: number): boolean {
    return this.#open && admission === this.#admission;
  }

  /** For what the store proposes as the controller. */
  isOpenToController(admission: number): boolean {
    return this.#open && admission === this.#controllerAdmission;
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
    const forHost = this.#leadership(answers, { admission: this.#admission, term: this.#admission });
    const hostTold = JSON.stringify(forHost);
    if (hostTold !== this.#hostTold) this.#outbox.toHost({ kind: 'leadership', leadership: forHost });
    this.#hostTold = hostTold;
    const leadsUnder = `${this.#admission} ${term}`;
    if (leads && this.#open && leadsUnder !== this.#ledUnder) {
      this.#ledUnder = leadsUnder;
      this.#controllerAdmission += 1;
    }
    const forStore = this.#leadership(leads, { admission: this.#controllerAdmission, term });
    const storeTold = JSON.stringify(forStore);
    if (storeTold !== this.#storeTold) this.#delivery.addLeadership(forStore);
    this.#storeTold = storeTold;
  }

  #leadership(leads: boolean, { admission, term }: { admission: number; term: number }): Leadership {
    return {
      role: leads ? 'leader' : 'follower',
      term,
      leader: null,
      admission: leads && this.#open ? admission : null,
      committedInTerm: leads,
    };
  }
}
