/** Known ways to get wrong what is around the core: exactly-once, client, transport, metadata, arithmetic. */
import type { SeededDefect } from './seeded-defect.js';

export const OUTER_DEFECTS: readonly SeededDefect[] = [
  {
    row: 48,
    name: 'a snapshot is restored without the sessions',
    file: 'state-machine/exactly-once',
    text: `            this.#sessions.replaceAll(snapshot.sessions);
`,
    replacement: '',
    detector: 'exactly once',
  },
  {
    row: 48,
    name: 'a snapshot is restored without the request ids',
    file: 'state-machine/exactly-once',
    text: `            this.#requestIds.replaceAll(snapshot.firstRequestId, snapshot.requestIds);
`,
    replacement: '',
    detector: 'exactly once',
  },
  {
    row: 51,
    name: 'what was meant for an earlier storage of a node is sent to it',
    file: 'transport/endpoint',
    text: 'const addressed = messages.filter((message) => message.to.incarnation === member.incarnation);',
    replacement: 'const addressed = messages;',
    detector: 'transport',
  },
  {
    row: 52,
    name: 'what a dead leader was sent is not sent to the next',
    file: 'client/proposals',
    text: `            this.#list.rewind();
`,
    replacement: '',
    detector: 'client',
  },
  {
    row: 53,
    name: 'a write that is known is executed again',
    file: 'state-machine/exactly-once',
    text: `        if (known !== undefined)
            return addressed(envelope, sameOperation(known, fingerprint, context));
`,
    replacement: '',
    detector: 'exactly once',
  },
  {
    row: 53,
    name: 'a request id of the user is not remembered',
    file: 'state-machine/exactly-once',
    text: `        this.#requestIds.remember(requestId, outcome);
`,
    replacement: '',
    detector: 'exactly once',
  },
  {
    row: 53,
    name: 'a write that left twice goes again under a new session',
    file: 'client/proposals',
    text: 'write.timesSent > 1 || write.moved',
    replacement: 'write.moved',
    detector: 'client',
  },
  {
    row: 53,
    name: 'an evicted session is opened again',
    file: 'state-machine/session-table',
    text: `        if (knownIndex < this.#horizon)
            return undefined;
`,
    replacement: '',
    detector: 'exactly once',
  },
  {
    row: 56,
    name: 'indexes are sorted as texts',
    file: 'raft/quorum',
    text: '.sort((left, right) => left - right)',
    replacement: '.sort()',
    detector: 'quorum',
  },
  {
    row: 58,
    name: 'a leader epoch that is stale is taken',
    file: 'metadata/requested-change',
    text: 'if (leaderEpoch < lowestEpoch)',
    replacement: 'if (leaderEpoch < 0)',
    detector: 'metadata',
  },
  {
    row: 58,
    name: 'who is no replica is taken into the ISR',
    file: 'metadata/requested-change',
    text: "checkSubset(isr, replicas, 'isr')",
    replacement: 'undefined',
    detector: 'metadata',
  },
  {
    row: 59,
    name: 'a snapshot changes with the entries that come after it',
    file: 'state-machine/session-table',
    text: `        this.#generation += 1;
`,
    replacement: '',
    detector: 'exactly once',
  },
  {
    row: 60,
    name: 'a message grows without bound',
    file: 'client/proposals',
    text: `            if (batch.length > 0 && bytes + length > clientLimits.maxBatchBytes)
                break;
`,
    replacement: '',
    detector: 'client',
  },
  {
    row: 64,
    name: 'what a dead life left in its port is taken',
    file: 'transport/link',
    text: 'if (end.attached?.life !== sender.life) {',
    replacement: 'if (end.attached === null) {',
    detector: 'transport',
  },
  {
    row: 64,
    name: 'what waited for a dead life reaches the next',
    file: 'transport/link',
    text: `        discardQueue(outgoing);
    link.connection`,
    replacement: `        void outgoing;
    link.connection`,
    detector: 'transport',
  },
  {
    row: 68,
    name: 'what is undefined comes back as null',
    file: 'state-machine/plain-data',
    text: "return tagged('undefined', null);",
    replacement: 'return null;',
    detector: 'exactly once',
  },
];
