/** The paper's sentences on the log, one test each (section 5.3). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRandom, drawInteger } from '../../../src/random.js';
import { lastLogIndex, sliceLog, termAt } from '../../../src/raft/log.js';
import { payloadAt } from '../../../src/raft/entries.js';
import { answerToAppend, append, appendsTo, heartbeat, runOf } from '../support/messages.js';
import {
  addNode,
  appliedTexts,
  configurationOf,
  createNetwork,
  deliver,
  elect,
  fire,
  fireAndSettle,
  heal,
  isolate,
  memberOf,
  nodeOf,
  payloadText,
  propose,
  proposeAndSettle,
  settle,
  stateOf,
  storedState,
  type Network,
} from '../support/network.js';

const test = suite('Raft paper: log replication');

function led(ids: readonly number[] = [1, 2, 3]): Network {
  const network = createNetwork(ids);
  elect(network, 1);
  return network;
}

/** A node whose log has entries of these terms, one after the other. */
function addWithTerms(network: Network, id: number, terms: readonly number[], term: number): void {
  const entries = terms.map((each, place) => runOf(place + 1, each, `${each}.${place + 1}`));
  const configuration = configurationOf([1, 2, 3, 4, 5, 6, 7]);
  addNode(network, { member: memberOf(id), stored: storedState(configuration, { term, entries }) });
}

function entriesOf(network: Network, id: number): [number, string][] {
  const { log } = stateOf(network, id);
  return sliceLog(log, 1, lastLogIndex(log), Number.POSITIVE_INFINITY).flatMap((run) =>
    Array.from({ length: run.count }, (_, position): [number, string] => [
      run.term,
      payloadText(payloadAt(run, position)),
    ]),
  );
}

test('5.3: a leader appends a command to its log, and sends it to all others at one time', () => {
  const network = led();
  propose(network, 1, 'a');
  assert.equal(entriesOf(network, 1).at(-1), [1, 'a']);
  for (const id of [2, 3]) assert.is(appendsTo(network, id).length, 1);
});

test('5.3: an entry is committed once a majority has it', () => {
  const network = led([1, 2, 3, 4, 5]);
  isolate(network, 3, 4, 5);
  proposeAndSettle(network, 1, 'a');
  assert.is(stateOf(network, 1).commitIndex, 1);
  isolate(network, 4, 5);
  fireAndSettle(network, 1, 'heartbeat');
  proposeAndSettle(network, 1, 'b');
  assert.is(stateOf(network, 1).commitIndex, 3);
  assert.equal(appliedTexts(network, 1), ['a', 'b']);
});

test('5.3: how many acknowledgements that takes, for clusters of one to seven', () => {
  for (const size of [1, 2, 3, 4, 5, 6, 7]) {
    const network = led(Array.from({ length: size }, (_, place) => place + 1));
    propose(network, 1, 'a');
    network.queue = [];
    const header = { kind: 'appendResponse', to: memberOf(1), term: 1, success: true, index: 2 } as const;
    for (let holders = 1; holders <= size; holders += 1) {
      if (holders > 1) deliver(network, { ...header, from: memberOf(holders), hintIndex: 0, hintTerm: 0 });
      const committed = stateOf(network, 1).commitIndex === 2;
      assert.is(committed, holders > size / 2, `${holders} of ${size}`);
    }
  }
});

test('5.3: a leader applies a command when it is committed, and not before', () => {
  const network = led();
  propose(network, 1, 'a');
  assert.equal(appliedTexts(network, 1), []);
  settle(network);
  assert.equal(appliedTexts(network, 1), ['a']);
});

test('5.3: with an entry all before it are committed, those of former leaders too', () => {
  const network = led();
  network.loses = ({ kind }) => kind === 'appendResponse';
  proposeAndSettle(network, 1, 'a');
  assert.is(stateOf(network, 1).commitIndex, 1);
  isolate(network, 1);
  elect(network, 2);
  assert.equal(appliedTexts(network, 2), ['a']);
  assert.is(nodeOf(network, 2).leadership?.committedInTerm, true);
});

test('5.3: a leader tells with its appends what is committed, and followers apply it in the order of the log', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a', 'b', 'c');
  propose(network, 1, 'd');
  assert.is(appendsTo(network, 2)[0]?.commitIndex, 4);
  for (const id of [2, 3]) assert.equal([...nodeOf(network, id).applied.keys()], [1, 2, 3, 4]);
  settle(network);
  fire(network, 1, 'heartbeat');
  settle(network);
  for (const id of [1, 2, 3]) assert.equal(appliedTexts(network, id), ['a', 'b', 'c', 'd']);
});

test('5.3: a follower takes for committed only what it was shown to share, not a tail of its own (figure 2)', () => {
  const network = createNetwork([]);
  addWithTerms(network, 3, [1, 2, 2], 2);
  deliver(network, append({ term: 3, previousIndex: 1, previousTerm: 1, commitIndex: 3 }));
  assert.is(stateOf(network, 3).commitIndex, 1);
  assert.equal(appliedTexts(network, 3), ['1.1']);
});

test('5.3: what is committed stays committed, whatever a leader that knows less says', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a', 'b');
  deliver(network, heartbeat({ commitIndex: 1 }));
  deliver(network, append({ previousIndex: 3, previousTerm: 1, commitIndex: 1 }));
  assert.is(stateOf(network, 3).commitIndex, 3);
});

test('5.3: an append names the place before its entries; a follower without that place refuses', () => {
  const terms = [1, 2];
  for (const [previousIndex, previousTerm, success] of [
    [0, 0, true],
    [1, 1, true],
    [2, 2, true],
    [1, 2, false],
    [2, 1, false],
    [3, 2, false],
  ] as const) {
    const network = createNetwork([]);
    addWithTerms(network, 3, terms, 2);
    const answer = answerToAppend(network, append({ term: 3, previousIndex, previousTerm }));
    assert.equal(
      [answer?.success, answer?.index],
      [success, previousIndex],
      `${previousIndex} of term ${previousTerm}`,
    );
  }
});

test('5.3: appends are repeated until every follower has every entry', () => {
  const network = led();
  let losses = 5;
  network.loses = ({ kind, to }) => kind === 'appendEntries' && to.id === 3 && losses-- > 0;
  for (const text of ['a', 'b']) proposeAndSettle(network, 1, text);
  for (let count = 0; count < 15; count += 1) fireAndSettle(network, 1, 'heartbeat');
  assert.ok(losses < 0, 'as many were lost');
  assert.equal(appliedTexts(network, 3), ['a', 'b']);
});

test('5.3: entries of a follower that conflict with the leader’s are replaced by them (figure 7)', () => {
  const leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  const followers = [
    [1, 1, 1, 4, 4, 5, 5, 6, 6],
    [1, 1, 1, 4],
    [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    [1, 1, 1, 4, 4, 4, 4],
    [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
  ];
  const network = createNetwork([]);
  [leader, ...followers].forEach((terms, place) => addWithTerms(network, place + 1, terms, 7));
  elect(network, 1);
  assert.is(stateOf(network, 1).role, 'leader');
  for (const id of [2, 3, 4, 5, 6, 7]) assert.equal(entriesOf(network, id), entriesOf(network, 1), `node ${id}`);
});

test('5.3: a follower drops what conflicts and what follows it, and nothing before', () => {
  const network = createNetwork([]);
  addWithTerms(network, 3, [1, 2, 2, 2], 2);
  const runs = [runOf(2, 2, '2.2'), runOf(3, 3, 'new')];
  answerToAppend(network, append({ term: 3, previousIndex: 1, previousTerm: 1, runs }));
  assert.equal(entriesOf(network, 3), [
    [1, '1.1'],
    [2, '2.2'],
    [3, 'new'],
  ]);
});

test('5.3: a late append whose entries are here already takes nothing away', () => {
  const network = led();
  const of = (...texts: string[]) => append({ previousIndex: 1, previousTerm: 1, runs: [runOf(2, 1, ...texts)] });
  deliver(network, of('a', 'b', 'c'));
  deliver(network, of('a'));
  deliver(network, append({ previousIndex: 1, previousTerm: 1 }));
  assert.is(lastLogIndex(stateOf(network, 3).log), 4);
});

test('5.3: what a leader took in alone gives way to what its successor committed', () => {
  const network = led();
  isolate(network, 1);
  propose(network, 1, 'lost', 'lost');
  elect(network, 2);
  proposeAndSettle(network, 2, 'kept');
  heal(network);
  fireAndSettle(network, 2, 'heartbeat');
  fireAndSettle(network, 2, 'heartbeat');
  for (const id of [1, 2, 3]) assert.equal(appliedTexts(network, id), ['kept']);
});

test('5.3: after a refusal the leader tries an earlier place, until the logs agree', () => {
  const network = createNetwork([]);
  addWithTerms(network, 1, [1, 2, 4, 6], 6);
  addWithTerms(network, 2, [1, 3, 3, 5, 5], 5);
  for (const id of [3, 4, 5, 6, 7]) addWithTerms(network, id, [1], 6);
  const tried: number[] = [];
  network.loses = (message) => {
    if (message.kind === 'appendEntries' && message.to.id === 2) tried.push(message.previousIndex);
    return false;
  };
  elect(network, 1);
  assert.equal(
    tried.slice(0, -1),
    [...new Set(tried.slice(0, -1))].filter((place) => place > 0),
  );
  assert.ok((tried[0] ?? 0) > (tried[1] ?? 0));
  assert.equal(entriesOf(network, 2), entriesOf(network, 1));
});

test('5.3: a leader never changes or drops entries of its own log', () => {
  const network = createNetwork([]);
  addWithTerms(network, 1, [1, 2, 3], 3);
  addWithTerms(network, 2, [1, 2, 2, 2, 2], 3);
  for (const id of [3, 4, 5, 6, 7]) addWithTerms(network, id, [1], 3);
  const before = entriesOf(network, 1);
  elect(network, 1);
  proposeAndSettle(network, 1, 'a');
  assert.is(stateOf(network, 1).role, 'leader');
  assert.equal(entriesOf(network, 1).slice(0, before.length), before);
  assert.throws(() => deliver(network, append({ to: memberOf(1), from: memberOf(2), term: 4 })), /two leaders/);
});

/** Leaders come and go while messages are lost at random: logs part and come together again. */
function wander(seed: number): Network {
  const random = createRandom(seed);
  const network = createNetwork([1, 2, 3, 4, 5]);
  for (let round = 0; round < 12; round += 1) {
    network.loses = () => drawInteger(random, 0, 10) < 3;
    elect(network, drawInteger(random, 1, 6));
    for (const { member, state } of network.nodes.values()) {
      if (state.role === 'leader') proposeAndSettle(network, member.id, `${round}`, `${round} again`);
    }
  }
  return network;
}

test('5.3: two logs with the same entry, by index and term, are equal up to it (log matching)', () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const network = wander(seed);
    const logs = [1, 2, 3, 4, 5].map((id) => entriesOf(network, id));
    for (const one of logs) {
      for (const other of logs) {
        const last = one.findLastIndex(([term], place) => other[place]?.[0] === term);
        assert.equal(one.slice(0, last + 1), other.slice(0, last + 1), `seed ${seed}`);
      }
    }
  }
});

test('5.3: no two servers apply different commands at one index (state machine safety)', () => {
  for (let seed = 31; seed <= 60; seed += 1) {
    const network = wander(seed);
    heal(network);
    for (const id of [1, 2, 3, 4, 5]) {
      for (const [index, text] of nodeOf(network, id).applied) {
        for (const other of [1, 2, 3, 4, 5]) {
          const applied = nodeOf(network, other).applied.get(index) ?? text;
          assert.is(applied, text, `seed ${seed}, entry ${index} of term ${termAt(stateOf(network, id).log, index)}`);
        }
      }
    }
  }
});

test.run();
