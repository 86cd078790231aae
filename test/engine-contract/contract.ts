/**
 * What every engine keeps to, whatever orders its entries: the contract of `src/engine/engine.ts`, on real threads,
 * with the test as both neighbours. Nothing here knows which engine it is.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { eventually } from '../support/deadline.js';
import { type Ground, TRAILING_ENTRIES } from './ground.js';
import { Neighbours } from './neighbours.js';

/** Larger than any chunk. */
const SNAPSHOT_BYTES = 1_500_000;

type Body = (first: Neighbours, ground: Ground) => Promise<void>;

/** `open`: a ground for one clause; `isAbsent`: what it needs is not on this machine. */
export interface ContractRun {
  readonly open: () => Promise<Ground>;
  readonly isAbsent?: boolean;
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

export function engineContract(name: string, { open, isAbsent = false, before, after }: ContractRun): { run(): void } {
  const test = suite(`contract of an engine: ${name}`);
  if (before !== undefined) test.before(before);
  if (after !== undefined) test.after(after);
  for (const [what, body] of Object.entries(CLAUSES)) {
    const run = async (): Promise<void> => {
      await using ground = await open();
      await body(new Neighbours(await ground.first()), ground);
    };
    if (isAbsent) test.skip(what, run);
    else test(what, run);
  }
  return test;
}

const CLAUSES: Readonly<Record<string, Body>> = {
  async 'leadership is told first of all'(first) {
    await first.untilOpen();
    const [earliest] = first.heard.filter(({ kind }) => ENGINE_NEWS.has(kind));
    assert.is(must(earliest, 'something was told').kind, 'leadership');
  },

  async 'proposals are handed over once each, in order, from index 1, for an answer'(first) {
    first.pullAlways();
    await first.untilOpen();
    const sent = [texts('a', 3), texts('b', 250), texts('c', 1)];
    for (const some of sent) first.propose(some);
    await first.untilSeen('c-0');
    assert.equal(first.texts, sent.flat());
    assert.is(must(first.entries[0], 'an entry').index, 1);
    for (const { text, answer } of first.entries)
      assert.ok(text === null || answer, `${String(text)} is answered here`);
    assertTermsRise(first);
  },

  async 'proposals under another admission are not appended'(first) {
    first.pullAlways();
    const admission = await first.untilOpen();
    first.propose(['before']);
    first.propose(['ahead of its time'], admission + 1);
    first.propose(['of an earlier one'], admission - 1);
    first.propose(['after']);
    await first.untilSeen('after');
    assert.equal(first.texts, ['before', 'after']);
  },

  async 'no more is handed over than the credit and a batch'(first, ground) {
    await first.untilOpen();
    for (let round = 0; round < 6; round += 1) {
      const before = await ground.lastIndex();
      first.propose(texts(`round-${round}`, 10));
      await eventually(async () => (await ground.lastIndex()) >= before + 10, 'the log has grown');
    }
    await first.barrier();
    assert.is(first.takenBytes, 0, 'nothing without a credit');
    for (const credit of [1, 40, 1, 200]) {
      first.pull(credit);
      await first.barrier();
      assert.ok(first.takenBytes <= first.grantedBytes + first.largestBatchBytes, `${first.takenBytes} bytes taken`);
    }
    assert.ok(first.takenBytes > 0 && first.texts.length < 60, `${first.texts.length} of 60 handed over`);
    first.pullAlways();
    await first.untilSeen('round-5-9');
    assert.is(first.texts.length, 60);
  },

  async 'a read is confirmed at an index that covers all that was acknowledged before'(first, ground) {
    first.pullAlways();
    await first.untilOpen();
    const other = new Neighbours(await ground.another());
    for (let round = 0; round < 5; round += 1) {
      first.propose([`round-${round}`]);
      const { index } = await first.untilSeen(`round-${round}`);
      assert.ok((await first.barrier()) >= index, 'read where it was written');
      assert.ok((await confirmedSoon(other)) >= index, 'read elsewhere');
    }
  },

  async 'a read that cannot be confirmed is refused, and so is what is proposed then'(first, ground) {
    first.pullAlways();
    const admission = await first.untilOpen();
    first.propose(['before']);
    await first.untilSeen('before');
    const meanwhile = [first.read()];
    let isIsolated = false;
    const isolating = ground.isolate().then(() => {
      isIsolated = true;
    });
    await eventually(() => {
      meanwhile.push(first.read());
      return isIsolated;
    }, 'it is cut off');
    await isolating;
    const read = first.read();
    await eventually(() => first.refused.has(read), 'the read is refused');
    const settled = (id: number): boolean => first.confirmed.has(id) !== first.refused.has(id);
    assert.ok(meanwhile.every(settled), 'each is either confirmed or refused');
    await eventually(() => first.admission === null, 'the admission is closed');
    first.propose(['too late'], admission);
    const next = first.read();
    await eventually(() => first.refused.has(next), 'the next read is refused');
    assert.equal(first.texts, ['before']);
  },

  async 'a snapshot is saved, the log trimmed behind it, and a new store begins with both'(first, ground) {
    first.pullAlways();
    await first.untilOpen();
    first.propose(texts('old', 40));
    await first.untilSeen('old-39');
    const bytes = Buffer.alloc(SNAPSHOT_BYTES, 'snapshot of forty ');
    const { index } = first.takeSnapshot(bytes);
    await eventually(() => ground.trimmed(), 'the log is trimmed');
    first.propose(texts('new', 20));
    await first.untilSeen('new-19');
    const other = new Neighbours(await ground.another());
    other.pullAlways();
    await other.untilSeen('new-19');
    const restored = must(other.restored, 'a snapshot was loaded');
    assert.is(restored.index, index);
    assert.ok(restored.bytes.equals(bytes), 'the same bytes');
    assert.equal(other.texts, texts('new', 20));
    assert.equal(where(other), where(first).slice(index), 'and the same entries behind it');
  },

  async 'who keeps up needs no snapshot while the log is trimmed'(first, ground) {
    first.pullAlways();
    await first.untilOpen();
    const other = new Neighbours(await ground.another());
    other.pullAlways();
    for (let round = 0; round < 4; round += 1) {
      first.propose(texts(`round-${round}`, TRAILING_ENTRIES));
      await first.untilSeen(`round-${round}-${TRAILING_ENTRIES - 1}`);
      await other.untilSeen(`round-${round}-${TRAILING_ENTRIES - 1}`);
      first.takeSnapshot(Buffer.from(`round ${round}`));
    }
    await eventually(() => ground.trimmed(), 'the log is trimmed');
    first.propose(['last']);
    for (const each of [first, other]) await each.untilSeen('last');
    assert.is(other.restored, null, 'entry by entry');
    assert.equal(where(other), where(first));
  },

  async 'all stores see the same entries in the same order, whoever takes the proposals'(first, ground) {
    await first.untilOpen();
    const other = new Neighbours(await ground.another());
    const both = [first, other];
    for (const each of both) each.pullAlways();
    await eventually(() => other.leadership !== undefined, 'the other one serves');
    await confirmedSoon(other);
    const takers = both.filter(({ admission }) => admission !== null);
    for (let round = 0; round < 20; round += 1) {
      for (const [place, taker] of takers.entries()) taker.propose(texts(`taker-${place}-${round}`, 5));
    }
    for (const each of both) {
      for (const place of takers.keys()) await each.untilSeen(`taker-${place}-19-4`);
    }
    assert.equal(where(first), where(other));
    for (const [place, taker] of takers.entries()) {
      const own = (text: string): boolean => text.startsWith(`taker-${place}-`);
      const sent = Array.from({ length: 20 }, (_, round) => texts(`taker-${place}-${round}`, 5)).flat();
      assert.equal(taker.texts.filter(own), sent, 'once each, in the order of the calls');
      for (const each of both) {
        const answers = each.entries.filter(({ text }) => text !== null && own(text)).map(({ answer }) => answer);
        assert.ok(
          answers.every((answer) => answer === (each === taker)),
          'answered where it was taken, only there',
        );
      }
    }
    assertTermsRise(first);
  },

  async 'it tells its status'(first, ground) {
    first.pullAlways();
    await first.untilOpen();
    first.propose(texts('some', 7));
    const { index } = await first.untilSeen('some-6');
    assert.is(await ground.lastIndex(), index);
  },

  async 'stopped, it ends, and its ports close'(first) {
    await first.untilOpen();
    first.propose(['on its way']);
    await first.engine.actor.stop(STOP_TIMEOUT_MS);
    assert.equal(await first.engine.actor.ended, { kind: 'stopped' });
    await eventually(() => first.closedPorts === 2, 'both ports close');
  },
};

/** Others are of one engine alone. */
const ENGINE_NEWS: ReadonlySet<string> = new Set(['leadership', 'readsRefused', 'problem', 'readAnswers']);
const STOP_TIMEOUT_MS = 5_000;

function texts(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${name}-${number}`);
}

function where({ entries }: Neighbours): string[] {
  return entries.map(({ index, term, text }) => `${index} in ${term}: ${text ?? 'of the engine'}`);
}

/** One that has just joined may refuse at first. */
async function confirmedSoon(reader: Neighbours): Promise<number> {
  let read = reader.read();
  return eventually(() => {
    if (reader.refused.has(read)) read = reader.read();
    return reader.confirmed.get(read);
  }, 'a read is confirmed').then((index) => must(index, 'waited for'));
}

function assertTermsRise({ entries }: Neighbours): void {
  let last = 1;
  for (const { index, term } of entries) {
    assert.ok(term >= last, `entry ${index} is of term ${term}, behind one of ${last}`);
    last = term;
  }
}
