/**
 * A majority wakes up with whatever logs, terms and votes can be there after any number of leaders: among them one is
 * elected, and all come to its log, with at most one refused append for each term in either log (end of paper 5.3).
 */
import { must } from '../../../src/assert.js';
import type { EntryRun } from '../../../src/raft/entries.js';
import { packConfiguration } from '../../../src/raft/configuration.js';
import { lastLogIndex, lastLogTerm } from '../../../src/raft/log.js';
import type { Configuration, Member } from '../../../src/raft/messages.js';
import { majorityOf } from '../../../src/raft/quorum.js';
import { drawChance, drawInteger, type Random } from '../../../src/random.js';
import { configurationOf, memberOf, storedState, textPayloads } from '../../raft/support/network.js';
import { demand } from './finding.js';
import { TimedCluster, type TimedNode } from './timed-cluster.js';

const ELECTION_LIMIT = 30;
const CATCH_UP_LIMIT = 10;

interface Past {
  readonly voters: number;
  /** By node: one run an entry. */
  readonly logs: EntryRun[][];
  readonly terms: number[];
  /** Whom one of the entries removes; 0: nobody. */
  readonly removed: number;
}

export function wakeSurvivors(random: Random): void {
  const past = drawPast(random);
  const alive = drawMajority(random, past);
  const cluster = new TimedCluster(random);
  const everyone = Array.from({ length: past.voters }, (_, place) => place + 1);
  for (const id of everyone) {
    const entries = past.logs[id - 1] ?? [];
    const vote = drawChance(random, 0.3) ? memberOf(drawInteger(random, 1, past.voters + 1)) : null;
    const term = past.terms[id - 1] ?? 0;
    const node = cluster.add(memberOf(id), storedState(configurationOf(everyone), { term, vote, entries }));
    if (!alive.includes(id)) node.up = false;
  }
  const before = describeLogs(cluster);
  const settled = cluster.runUntil(() => isSettled(cluster), ELECTION_LIMIT + CATCH_UP_LIMIT);
  demand(settled, 'election', () => `of ${alive.join(' ')} nobody leads all others: was ${before}`);
  demandFewRefusals(cluster, past, before);
}

/** A leader has committed all its log, and its live members hold the same. */
function isSettled(cluster: TimedCluster): boolean {
  const leader = cluster.leader();
  if (leader === undefined) return false;
  const { log, commitIndex, term, configurations } = leader.state;
  const configuration = configurations.at(-1)?.configuration;
  if (configuration === undefined || commitIndex !== lastLogIndex(log) || lastLogTerm(log) !== term) return false;
  return cluster.nodes
    .filter(({ up, member }) => up && isVoterOf(configuration, member))
    .every(({ state }) => lastLogIndex(state.log) === lastLogIndex(log) && lastLogTerm(state.log) === term);
}

function isVoterOf({ voters }: Configuration, { id }: Member): boolean {
  return voters.some((voter) => voter.id === id);
}

function demandFewRefusals(cluster: TimedCluster, { logs }: Past, before: string): void {
  const termsIn = (log: readonly EntryRun[]): number => new Set(log.map(({ term }) => term)).size;
  const most = Math.max(...logs.map(termsIn)) * 2 + 1;
  for (const { member, refusals } of cluster.nodes) {
    for (const [term, count] of refusals) {
      demand(
        count <= most,
        'conflict back-off',
        () => `node ${member.id} refused ${count} appends in term ${term}: was ${before}`,
      );
    }
  }
}

function describeLogs({ nodes }: TimedCluster): string {
  const shown = ({ member, state, up }: TimedNode): string =>
    `${member.id}${up ? '' : ' (dead)'} in term ${state.term}: ${state.log.runs.map(({ term }) => term).join('')}`;
  return nodes.map(shown).join('; ');
}

/** Term after term somebody leads, appends, and reaches some of the others, each up to some entry. */
function drawPast(random: Random): Past {
  const voters = drawInteger(random, 3, 7);
  const logs: EntryRun[][] = Array.from({ length: voters }, () => []);
  const terms: number[] = Array.from({ length: voters }, () => 0);
  const lastTerm = drawInteger(random, 1, 9);
  const removal = drawChance(random, 0.4) ? drawInteger(random, 1, lastTerm + 1) : 0;
  let removed = 0;
  for (let term = 1; term <= lastTerm; term += 1) {
    const leader = drawInteger(random, 0, voters);
    if (term === removal) removed = drawChance(random, 0.5) ? leader + 1 : drawInteger(random, 1, voters + 1);
    lead(random, { logs, terms }, { term, leader, removes: term === removal ? removed : 0 });
  }
  // Elections that nobody won.
  const later = terms.map((term) => (drawChance(random, 0.3) ? term + drawInteger(random, 1, 5) : term));
  return { voters, logs, terms: later, removed };
}

interface Reign {
  readonly term: number;
  readonly leader: number;
  readonly removes: number;
}

function lead(random: Random, { logs, terms }: Pick<Past, 'logs' | 'terms'>, { term, leader, removes }: Reign): void {
  const voters = logs.length;
  const log = must(logs[leader], 'a log');
  for (let count = drawInteger(random, 1, 6); count > 0; count -= 1) log.push(entry(log.length + 1, term));
  if (removes > 0) log.push(removalOf(removes, log.length + 1, { term, voters }));
  for (const place of [leader, ...shuffled(random, voters).slice(0, majorityOf(voters))]) terms[place] = term;
  for (const place of shuffled(random, voters).slice(0, drawInteger(random, 0, voters))) {
    if (place === leader) continue;
    logs[place] = log.slice(0, drawInteger(random, 0, log.length + 1));
    terms[place] = term;
  }
}

function entry(index: number, term: number): EntryRun {
  return { firstIndex: index, term, ...textPayloads(`${term}/${index}`) };
}

function removalOf(id: number, index: number, { term, voters }: { term: number; voters: number }): EntryRun {
  const remaining = Array.from({ length: voters }, (_, place) => place + 1).filter((each) => each !== id);
  return { firstIndex: index, term, ...packConfiguration(configurationOf(remaining)) };
}

/** As few as can decide, with and without whom the last change removes; sometimes more. */
function drawMajority(random: Random, { voters, removed }: Past): number[] {
  const order = shuffled(random, voters).map((place) => place + 1);
  const spare = drawChance(random, 0.7) ? 0 : drawInteger(random, 0, voters);
  for (let count = majorityOf(voters); ; count += 1) {
    const alive = order.slice(0, count + spare);
    const others = alive.filter((id) => id !== removed);
    if (removed === 0 || others.length >= majorityOf(voters - 1)) return alive;
  }
}

function shuffled(random: Random, count: number): number[] {
  const places = Array.from({ length: count }, (_, place) => place);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = drawInteger(random, 0, last + 1);
    [places[last], places[other]] = [places[other] ?? 0, places[last] ?? 0];
  }
  return places;
}
