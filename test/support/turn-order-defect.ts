/** A planted defect that both the simulator and exploration must find: a turn which answers before it has synced. */
export const answersBeforeSync = {
  text: `        if (ready.persist !== null) {
            yield { kind: 'persist', persist: ready.persist };
            step(state, { kind: 'persisted', sequence: ready.persist.sequence });
        }
        if (ready.sendAfterPersist.length > 0)
            yield { kind: 'send', messages: ready.sendAfterPersist };
`,
  replacement: `        if (ready.sendAfterPersist.length > 0)
            yield { kind: 'send', messages: ready.sendAfterPersist };
        if (ready.persist !== null) {
            yield { kind: 'persist', persist: ready.persist };
            step(state, { kind: 'persisted', sequence: ready.persist.sequence });
        }
`,
};
