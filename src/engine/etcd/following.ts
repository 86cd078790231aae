/** What the watch tells, once the log was joined: each change of a key goes to whoever it concerns. */
import type { CallForwarding } from './call-forwarding.js';
import type { ControllerTerm } from './controller-term.js';
import type { KeyChange, KeyValue, KvFailure } from './kv.js';
import { answersKey, decodeBatch, keys, readLogKey } from './layout.js';
import type { LogTail } from './log-tail.js';
import type { Outbox } from './outbox.js';
import type { Upkeep } from './upkeep.js';

export interface FollowingOptions {
  readonly writer: string;
  readonly outbox: Outbox;
  readonly tail: LogTail;
  readonly controller: ControllerTerm;
  readonly calls: CallForwarding;
  readonly upkeep: Upkeep;
  readonly failed: (failure: KvFailure) => void;
}

export class Following {
  readonly #options: FollowingOptions;

  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  take(changes: readonly KeyChange[]): void {
    const { writer, controller, calls, failed } = this.#options;
    for (const { key, value } of changes) {
      if (value === null) continue;
      const stored = { key, value };
      if (key.startsWith(keys.log)) {
        if (!this.#takeBatch(stored)) {
          failed({ kind: 'compacted', message: `the watch has told of ${key} without what comes before it` });
          return;
        }
      } else if (key === keys.controller) controller.hear(stored);
      else if (key === answersKey(writer)) calls.takeAnswer(stored);
      else if (key.startsWith(keys.calls)) this.takeCalls([stored]);
    }
  }

  /** Of other processes, for the controller, where that is here. */
  takeCalls(stored: readonly KeyValue[]): void {
    const { outbox, tail, controller, calls, upkeep } = this.#options;
    const { head } = tail;
    if (!controller.leads(head)) return;
    for (const each of stored) {
      const call = calls.takeCall(each);
      if (call === null) continue;
      upkeep.sawHead(call.index, head);
      outbox.toStore({ kind: 'forwardedReads', index: Math.max(call.index, head.index), batch: call.batch });
    }
  }

  /** False: something before it is missing. Most are known by now, from the answer to their own append. */
  #takeBatch(stored: KeyValue): boolean {
    const { tail } = this.#options;
    return readLogKey(stored.key) <= tail.head.index || tail.accept(decodeBatch(stored));
  }
}
