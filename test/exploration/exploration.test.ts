/**
 * The explorer itself: that what it skips is no other state (turns remembered, nodes permuted, hashes for states), and
 * that a scenario is explored to its end. What it finds is in `planted-defects.test.ts`.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { createRandom, drawInteger, type Random } from '../../src/random.js';
import { packAction } from './actions.js';
import { CanonicalHash } from './canonical-hash.js';
import { describeMessage } from './describe.js';
import type { Explorer, State, Step } from './explorer.js';
import { historyText } from './cluster-history.js';
import { nodeText, type LocalNode } from './local-node.js';
import { prepare, type Prepared } from './prepare.js';
import type { Scenario } from './scenario.js';
import { SCENARIOS } from './scenarios.js';
import { search } from './search.js';
import { collisionBound, VisitedStates } from './visited-states.js';

const WALKS = 6;
const WALK_STEPS = 50;

const test = suite('exploration');

const scenarioOf = (name: string): Scenario =>
  must(
    SCENARIOS.find((each) => each.name === name),
    name,
  );

function successors(explorer: Explorer, state: State): { readonly next: State; readonly step: Step }[] {
  const found: { next: State; step: Step }[] = [];
  explorer.expand(state, (next, step) => found.push({ next: next.slice(), step }));
  return found;
}

test('scenarios are exhausted within their bounds, and nothing is wrong', () => {
  for (const name of ['alone', 'batches', 'promotion']) {
    const { isExhausted, counterexample, states, depth } = search(scenarioOf(name), { maximumStates: 100_000 });
    assert.is(counterexample, null);
    assert.ok(isExhausted, name);
    assert.ok(states > 500 && depth > 10, `${name}: ${states} states, depth ${depth}`);
  }
});

test('a search that is cut says so, and how far it is complete', () => {
  const { isExhausted, states, depth } = search(scenarioOf('first election'), { maximumStates: 10_000 });
  assert.not(isExhausted);
  assert.ok(states >= 10_000 && states < 10_100);
  assert.ok(depth > 5);
});

/** One random way through a scenario; each node also lives a life of its own in which no turn is remembered. */
function walk({ explorer, start }: Prepared, random: Random): void {
  const { turns, names } = explorer;
  let state = start;
  const nodes: LocalNode[] = explorer.nodesIn(state);
  for (let count = 0; count < WALK_STEPS; count += 1) {
    const possible = successors(explorer, state);
    if (possible.length === 0) return;
    const { next, step } = must(possible[drawInteger(random, 0, possible.length)], 'a successor');
    if (step.outcome !== null) {
      const { kind, slot, argument } = step.action;
      const action = packAction(kind === 'duplicate' ? 'deliver' : kind, slot, argument);
      const position = turns.outcomesOf(state[slot] ?? 0, action).indexOf(step.outcome);
      const outcome = must(turns.perform(must(nodes[slot], 'a node'), step.action)[position], 'the same outcome');
      nodes[slot] = outcome.node;
      assert.is(nodeText(outcome.node, names), nodeText(turns.nodes.valueOf(step.outcome.node), names));
      assert.equal(
        outcome.messages.map((message) => describeMessage(message, names)),
        step.outcome.messages.map((message) => describeMessage(turns.messages.valueOf(message), names)),
      );
    }
    state = next;
  }
}

test('a turn that is remembered is the turn that the core would perform', () => {
  const random = createRandom(6);
  for (const scenario of SCENARIOS) {
    const prepared = prepare(scenario, 'all');
    for (let count = 0; count < WALKS; count += 1) walk(prepared, random);
  }
});

/** The same state in words, least over all orders of the nodes: slow, and without any hash. */
function canonicalText(explorer: Explorer, state: State): string {
  const { turns, nodes, namings } = explorer;
  const texts = namings.map((names) => {
    const each = explorer.nodesIn(state).map((node) => nodeText(node, names));
    const sent = explorer.messagesIn(state).map((message) => describeMessage(turns.messages.valueOf(message), names));
    return [...each.sort(), ...sent.sort(), historyText(explorer.historyIn(state), names)].join('\n');
  });
  return `${must(texts.sort()[0], 'a text')}\n${state.subarray(nodes + 1, nodes + 3).join()}`;
}

function countInWords(scenario: Scenario): number {
  const { explorer, start } = prepare(scenario, 'all');
  const seen = new Set([canonicalText(explorer, start)]);
  const queue = [start];
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    for (const { next } of successors(explorer, state)) {
      const text = canonicalText(explorer, next);
      if (seen.has(text)) continue;
      seen.add(text);
      queue.push(next);
    }
  }
  return seen.size;
}

test('as many states by hash as in words', () => {
  const small: readonly Scenario[] = [
    { ...scenarioOf('first election'), allowed: { election: 1, crash: 1 }, maximumInFlight: 3 },
    { ...scenarioOf('removal'), allowed: { change: 1, propose: 1 }, maximumInFlight: 2 },
    { ...scenarioOf('reads'), allowed: { read: 1, heartbeat: 1 }, maximumInFlight: 3 },
    scenarioOf('alone'),
  ];
  for (const scenario of small) {
    const { states, isExhausted } = search(scenario, { maximumStates: 100_000 });
    assert.ok(isExhausted && states > 50, `${scenario.name}: ${states} states`);
    assert.is(states, countInWords(scenario), scenario.name);
  }
});

test('which node is which does not matter', () => {
  const { explorer, start } = prepare(scenarioOf('first election'), 'all');
  const hash = new CanonicalHash(explorer);
  const afterTimeOutOf = (slot: number): string => {
    const isWanted = ({ step }: { step: Step }): boolean => step.action.kind === 'timer' && step.action.slot === slot;
    hash.set(must(successors(explorer, start).find(isWanted), 'a time-out').next);
    return `${hash.high} ${hash.low}`;
  };
  assert.is(afterTimeOutOf(0), afterTimeOutOf(1));
  assert.is(afterTimeOutOf(0), afterTimeOutOf(2));
  const first = afterTimeOutOf(0);
  hash.set(start);
  assert.is.not(`${hash.high} ${hash.low}`, first);
});

test('visited states: each once, also when the lanes collide and the table grows', () => {
  const visited = new VisitedStates();
  const expected = new Set<string>();
  const random = createRandom(1);
  for (let count = 0; count < 60_000; count += 1) {
    const high = drawInteger(random, 0, 300);
    const low = drawInteger(random, 0, 300) * 2 ** 16;
    assert.is(visited.add(high, low), !expected.has(`${high} ${low}`));
    expected.add(`${high} ${low}`);
  }
  assert.is(visited.count, expected.size);
  assert.ok(visited.count < (visited.bytes / 8) * 0.76);
});

test('the bound on collisions is that of a birthday among 2^64', () => {
  assert.is(collisionBound(2 ** 32, 1), 0.5);
  assert.ok(Math.abs(collisionBound(2 ** 32, 6) - (0.5 * 36) / 11) < 1e-9);
});

test.run();
