/** One subscription to changes in a metadata-store: what is kept behind its index, several changes a message. */
import { must } from '../../assert.js';
import type { ErrorValue } from '../../errors.js';
import type { StoreToSubscriber } from '../../messages.js';
import type { MetadataChange } from '../metadata-change.js';
import { changeOf, sizeOfChange } from './kept-change.js';
import { watchLimits } from './limits.js';
import { RecordPacker } from './packed-records.js';
import { packChanges } from './posted-changes.js';
import type { Published, Subscribe, Subscriber } from './subscriber.js';

export class ChangeSubscriber implements Subscriber {
  credit: number;
  readonly #published: Published;
  readonly #subscription: number;
  readonly #packer = new RecordPacker();
  /** Everything up to here has been told. */
  #throughIndex: number;
  /** What follows has been kept here since it subscribed. */
  #begun = false;

  constructor(published: Published, { subscription, credit, fromIndex }: Subscribe) {
    this.credit = credit;
    this.#published = published;
    this.#subscription = subscription;
    this.#throughIndex = must(fromIndex, 'changes are told from an index on');
  }

  /** What changed is read from the ring. */
  changed(): void {
    // Nothing to take note of.
  }

  restored(): void {
    this.#begun = false;
  }

  ending(): ErrorValue | null {
    const { horizon } = this.#published.ring;
    if (this.#throughIndex >= horizon) {
      this.#begun = true;
      return null;
    }
    if (this.#begun) {
      const message = `more changes waited to be taken than are kept (${watchLimits.maxKeptChanges})`;
      return { code: 'SlowConsumer', message, details: { resumeFrom: this.#throughIndex } };
    }
    const message = `changes are kept from index ${horizon} on, not from ${this.#throughIndex}`;
    return { code: 'Compacted', message, details: { oldestIndex: horizon } };
  }

  next(): StoreToSubscriber | null {
    const { ring, appliedIndex } = this.#published;
    const changes: MetadataChange[] = [];
    let sequence = ring.sequenceAfter(this.#throughIndex);
    let records = 0;
    for (; sequence < ring.end && changes.length < watchLimits.maxChangesPerMessage; sequence += 1) {
      const kept = must(ring.get(sequence), 'a change that is kept');
      records += sizeOfChange(kept);
      if (changes.length > 0 && records > watchLimits.maxRecordsPerMessage) break;
      changes.push(changeOf(ring.indexAt(sequence), kept));
    }
    const throughIndex = sequence === ring.end ? appliedIndex : (changes.at(-1)?.index ?? 0);
    if (throughIndex <= this.#throughIndex) return null;
    this.#throughIndex = throughIndex;
    const packed = changes.length === 0 ? null : packChanges(this.#packer, changes);
    return { kind: 'changes', subscription: this.#subscription, throughIndex, changes: packed };
  }
}
