/**
 * G6: bounded exhaustive exploration of the shipped core. Every order of deliveries, losses, doubled messages, timers,
 * crashes at each arrow of a turn, restarts, proposals, reads, membership changes and snapshots within the bounds of
 * `scenarios.ts`; the properties of the Raft paper after each. The search draws nothing: a failure fails again. What is
 * never delivered is a loss, so losses need no count of their own, but for the room that they leave.
 */
import { exploreAll } from '../exploration/explore-all.js';
import type { SearchResult } from '../exploration/search.js';
import type { Gate } from './gate.js';

const AIMED_STATES = { gate: 2_000_000, long: 50_000_000 };
/** Of each scenario: most end before it, within their bounds. */
const MAXIMUM_STATES = { gate: 1_000_000, long: 10_000_000 };

export const gate: Gate = async ({ long, progress, tell }) => {
  const size = long ? 'long' : 'gate';
  const startedAt = performance.now();
  const results = await exploreAll({
    maximumStates: MAXIMUM_STATES[size],
    progress,
    found: (result) => {
      tell(describe(result));
      if (result.counterexample === null) return;
      for (const line of result.counterexample.trace) tell(line);
      tell(`again: npm run proof -- --only exploration${long ? ' --long' : ''}`);
    },
  });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const states = sum(results, (result) => result.states);
  const exhausted = results.filter((result) => result.isExhausted);
  const violations = results.filter((result) => result.counterexample !== null);
  return [
    {
      gate: 'G6',
      goal:
        `at least ${millions(AIMED_STATES[size])} M distinct states of the shipped core, no violation; ` +
        'bound: 1-4 nodes, 2-4 terms, up to 3 more elections, 2 proposals, 1-2 crashes, 1 loss, 1 double, ' +
        '1 change of members, 1 snapshot, 1 read, 1-6 messages on their way',
      reached:
        `${millions(states)} M states, ${millions(sum(results, (result) => result.transitions))} M transitions, ` +
        `${violations.length} violations; ${exhausted.length} of ${results.length} scenarios exhausted, ` +
        `the others complete to depth ${Math.min(...results.map(completeDepth))} and more; ${seconds} s, ` +
        `${Math.round(process.resourceUsage().maxRSS / 1024)} MB; ` +
        `a hash hid a state with a chance below ${sum(results, (result) => result.collisionBound).toExponential(0)}`,
      anchor: 'etcd: TLC on a TLA+ specification, not on the code',
      passed: violations.length === 0 && exhausted.length > 0 && states >= AIMED_STATES[size],
    },
  ];
};

function describe(result: SearchResult): string {
  const { scenario, states, transitions, outside, nodeStates, turnsPerformed, tableBytes, searchBytes } = result;
  const megabytes = Math.round((tableBytes + searchBytes) / 2 ** 20);
  const counts = `${states} states, ${transitions} transitions, ${nodeStates} states of a node`;
  const beyond = `${outside.terms + outside.messages} steps left the bound and were checked, not followed`;
  return `${scenario}: ${counts}, ${turnsPerformed} different turns; ${endOf(result)}; ${beyond}; ${megabytes} MB`;
}

function endOf({ isExhausted, counterexample, depth }: SearchResult): string {
  if (counterexample !== null) return `stopped at depth ${depth} by a violation`;
  return isExhausted ? `exhausted at depth ${depth}` : `cut by the state budget, complete to depth ${depth}`;
}

function completeDepth({ isExhausted, depth }: SearchResult): number {
  return isExhausted ? Number.POSITIVE_INFINITY : depth;
}

function sum(results: readonly SearchResult[], of: (result: SearchResult) => number): number {
  return results.reduce((total, result) => total + of(result), 0);
}

function millions(count: number): string {
  return (count / 1e6).toFixed(count % 1e6 === 0 ? 0 : 1);
}
