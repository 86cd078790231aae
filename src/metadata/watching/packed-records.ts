/**
 * Records on their way from a metadata-store's thread to the host: numbers in one array, whose memory moves, each text
 * once. A partition, which most changes are of, is nothing but numbers: cloned as objects, or as lists, records take
 * several times as long at both ends. What is rare goes as it is.
 */
import { assert, must } from '../../assert.js';
import type { PartitionInfo } from '../model.js';

export interface PackedRecords {
  readonly numbers: Float64Array;
  readonly texts: readonly string[];
  readonly objects: readonly unknown[];
}

/** In the place of a list's length. */
const ABSENT = -1;
const AS_BEFORE = -2;

/** Packs one message after the other: room that was made for one serves the next. */
export class RecordPacker {
  #numbers = new Float64Array(256);
  #length = 0;
  #texts: string[] = [];
  readonly #textPlaces = new Map<string, number>();
  #objects: unknown[] = [];

  number(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length] = value;
    this.#length += 1;
  }

  text(value: string): void {
    let place = this.#textPlaces.get(value);
    if (place === undefined) {
      place = this.#texts.push(value) - 1;
      this.#textPlaces.set(value, place);
    }
    this.number(place);
  }

  /** Plain data. */
  object(value: unknown): void {
    this.number(this.#objects.push(value) - 1);
  }

  /** `before`: packed right before, and in whose place this one stands. */
  partition(info: Readonly<PartitionInfo>, before?: Readonly<PartitionInfo>): void {
    this.text(info.topic);
    this.number(info.partition);
    this.number(info.leader);
    this.number(info.leaderEpoch);
    this.number(info.partitionEpoch);
    this.number(info.createdAt);
    this.number(info.modifiedAt);
    this.#list(info.replicas, before?.replicas);
    this.#list(info.isr, before?.isr);
    this.#list(info.offlineReplicas, before?.offlineReplicas);
    this.#list(info.addingReplicas, before?.addingReplicas);
    this.#list(info.removingReplicas, before?.removingReplicas);
  }

  /** What has been packed since this was called last. */
  take(): PackedRecords {
    const packed = { numbers: this.#numbers.slice(0, this.#length), texts: this.#texts, objects: this.#objects };
    this.#length = 0;
    this.#texts = [];
    this.#textPlaces.clear();
    this.#objects = [];
    return packed;
  }

  #list(ids: readonly number[] | undefined, before: readonly number[] | undefined): void {
    if (ids === undefined) this.number(ABSENT);
    else if (ids === before) this.number(AS_BEFORE);
    else {
      this.number(ids.length);
      for (const id of ids) this.number(id);
    }
  }
}

/** Reads in the order in which it was packed. What it gives is frozen, and its reader's own. */
export class RecordReader {
  readonly #packed: PackedRecords;
  #place = 0;

  constructor(packed: PackedRecords) {
    this.#packed = packed;
  }

  get atEnd(): boolean {
    return this.#place === this.#packed.numbers.length;
  }

  number(): number {
    const value = must(this.#packed.numbers[this.#place], 'a number where one was packed');
    this.#place += 1;
    return value;
  }

  text(): string {
    return must(this.#packed.texts[this.number()], 'a text where one was packed');
  }

  object(): unknown {
    const place = this.number();
    assert(place < this.#packed.objects.length, 'an object where one was packed');
    return deepFrozen(this.#packed.objects[place]);
  }

  partition(before?: Readonly<PartitionInfo>): Readonly<PartitionInfo> {
    const info: PartitionInfo = {
      topic: this.text(),
      partition: this.number(),
      leader: this.number(),
      replicas: [],
      isr: [],
      offlineReplicas: [],
      leaderEpoch: this.number(),
      partitionEpoch: this.number(),
      createdAt: this.number(),
      modifiedAt: this.number(),
    };
    info.replicas = must(this.#list(before?.replicas), 'replicas');
    info.isr = must(this.#list(before?.isr), 'an isr');
    info.offlineReplicas = must(this.#list(before?.offlineReplicas), 'offline replicas');
    const addingReplicas = this.#list(before?.addingReplicas);
    const removingReplicas = this.#list(before?.removingReplicas);
    if (addingReplicas !== undefined) info.addingReplicas = addingReplicas;
    if (removingReplicas !== undefined) info.removingReplicas = removingReplicas;
    return Object.freeze(info);
  }

  #list(before: number[] | undefined): number[] | undefined {
    const length = this.number();
    if (length === ABSENT) return undefined;
    if (length === AS_BEFORE) return must(before, 'a list that is as before');
    const ids: number[] = [];
    for (let read = 0; read < length; read += 1) ids.push(this.number());
    Object.freeze(ids);
    return ids;
  }
}

function deepFrozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFrozen(member);
  return Object.freeze(value);
}
