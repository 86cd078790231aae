/** A metadata machine and its publisher, as a metadata-store has them, and what it posted, as its host receives it. */
import type { StoreToSubscriber, SubscriberToStore } from '../../../src/messages.js';
import type { MetadataMachine } from '../../../src/metadata/metadata-state-machine.js';
import { createMetadataMachine } from '../../../src/metadata/metadata-state-machine.js';
import { Publisher } from '../../../src/metadata/watching/publisher.js';
import { joinBytes } from '../../../src/state-machine/canonical-json.js';
import { encodeJson } from '../metadata-tester.js';

export type Posted<Kind extends StoreToSubscriber['kind']> = Extract<StoreToSubscriber, { readonly kind: Kind }>;

export class Replica {
  readonly machine: MetadataMachine = createMetadataMachine();
  readonly publisher: Publisher;
  index = 0;
  #posted: StoreToSubscriber[] = [];

  /** `post`: where messages go instead of being kept. */
  constructor(post?: (message: StoreToSubscriber) => void) {
    const keep = (message: StoreToSubscriber): void => {
      this.#posted.push(structuredClone(message));
    };
    this.publisher = new Publisher(this.machine, 0, post ?? keep);
  }

  /** One batch, one index an operation. */
  apply(...operations: readonly unknown[]): void {
    this.machine.begin();
    for (const operation of operations) {
      this.index += 1;
      this.machine.apply(encodeJson(operation), { index: this.index });
    }
    this.machine.end();
    this.publisher.applied(this.index);
  }

  restoreFrom(other: Replica): void {
    this.machine.restore(joinBytes(other.machine.capture().serialize()));
    this.index = other.index;
    this.publisher.restored(this.index);
  }

  subscribe(to: 'changes' | 'image', fromIndex: number | null, { subscription = 1, credit = 1_000 } = {}): void {
    this.publisher.receive({ kind: 'subscribe', subscription, to, fromIndex, credit });
  }

  receive(message: SubscriberToStore): void {
    this.publisher.receive(message);
  }

  /** Since it was asked last. */
  taken(): StoreToSubscriber[] {
    return this.#posted.splice(0);
  }

  takenOf<Kind extends StoreToSubscriber['kind']>(kind: Kind): Posted<Kind>[] {
    return this.taken().filter((message) => message.kind === kind) as Posted<Kind>[];
  }
}

export const registration = (id: number): unknown => ({
  type: 'register_broker',
  data: { id, addr: `broker-${id}:1` },
});

export const topic = (name: string, partitions = 1): unknown => ({
  type: 'create_topic',
  data: { name, partitions, replicationFactor: 1 },
});

export const leaderChange = (name: string, partition: number, leaderEpoch: number): unknown => ({
  type: 'update_leader',
  data: { topic: name, partition, leader: 1, leaderEpoch },
});
