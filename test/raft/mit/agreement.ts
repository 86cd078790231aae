/**
 * What the tests of the MIT 6.5840 lab ask of a cluster: who leads, how many have applied an entry, and whether a
 * command comes to be agreed on.
 */
import { assert, must } from '../../../src/assert.js';
import { schedule } from '../../../src/simulation/event-queue.js';
import { nodeOf } from '../support/network.js';
import { elapse, elapseUntil, idsOf, isUp, serverOf, start, stateOf, type Cluster } from './cluster.js';

const AGREEMENT_MS = 10_000;
const ONE_ATTEMPT_MS = 2_000;

/** The one leader of the newest term among those connected; elections have some seconds. */
export function checkOneLeader(cluster: Cluster): number {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    elapse(cluster, 500);
    const leaders = connectedLeaders(cluster);
    const terms = leaders.map((id) => stateOf(cluster, id).term);
    assert(new Set(terms).size === terms.length, `two leaders in one term: ${leaders.join(', ')}`);
    const newest = leaders[terms.indexOf(Math.max(...terms))];
    if (newest !== undefined) return newest;
  }
  throw new Error('no leader in five seconds');
}

function connectedLeaders(cluster: Cluster): number[] {
  return idsOf(cluster).filter(
    (id) => isUp(cluster, id) && serverOf(cluster, id).connected && stateOf(cluster, id).role === 'leader',
  );
}

export function checkNoLeader(cluster: Cluster): void {
  assert(connectedLeaders(cluster).length === 0, 'a leader without a majority');
}

/** All that are connected say the same. */
export function checkTerms(cluster: Cluster): number {
  const up = idsOf(cluster).filter((id) => isUp(cluster, id) && serverOf(cluster, id).connected);
  const terms = new Set(up.map((id) => stateOf(cluster, id).term));
  assert(terms.size === 1, `terms ${[...terms].join(', ')}`);
  return must([...terms][0], 'a term');
}

export function others(cluster: Cluster, ...ids: readonly number[]): number[] {
  return idsOf(cluster).filter((id) => !ids.includes(id));
}

/** The server `steps` places behind this one, in a circle. */
export function next(cluster: Cluster, id: number, steps = 1): number {
  return ((id - 1 + steps) % cluster.servers.length) + 1;
}

export function appliedAt(cluster: Cluster, id: number, index: number): string | undefined {
  return isUp(cluster, id) ? nodeOf(cluster.network, id).applied.get(index) : undefined;
}

/** How many servers have applied an entry at that index. */
export function countApplied(cluster: Cluster, index: number): number {
  return idsOf(cluster).filter((id) => appliedAt(cluster, id, index) !== undefined).length;
}

/** Tries every server that is connected: null, or the entry's index. */
function startAnywhere(cluster: Cluster, text: string): number | null {
  for (const id of idsOf(cluster)) {
    const index = serverOf(cluster, id).connected ? start(cluster, id, text) : null;
    if (index !== null) return index;
  }
  return null;
}

interface Agreement {
  index: number | null;
}

export interface AgreementOptions {
  /** False: a command that is lost with its leader is not sent again. */
  readonly retry?: boolean;
}

/** A client that sends its command again and again until so many servers have applied it. */
export function beginAgreement(
  cluster: Cluster,
  text: string,
  expected: number,
  { retry = true }: AgreementOptions = {},
): Agreement {
  const { clock } = cluster;
  const agreement: Agreement = { index: null };
  const send = (): void => {
    const index = startAnywhere(cluster, text);
    if (index === null) schedule(clock, 50, send);
    else watch(index, clock.nowMs + ONE_ATTEMPT_MS);
  };
  const watch = (index: number, untilMs: number): void => {
    const holders = idsOf(cluster).filter((id) => appliedAt(cluster, id, index) === text);
    if (holders.length >= expected) agreement.index = index;
    else if (clock.nowMs < untilMs) schedule(clock, 20, () => watch(index, untilMs));
    else if (retry) send();
  };
  send();
  return agreement;
}

export function awaitAgreement(cluster: Cluster, agreement: Agreement, text: string): number {
  elapseUntil(cluster, `agreement on ${text}`, AGREEMENT_MS, () => agreement.index !== null);
  return must(agreement.index, 'an index');
}

/** The index at which `expected` servers have come to agree on the command. */
export function one(cluster: Cluster, text: string, expected: number, options: AgreementOptions = {}): number {
  return awaitAgreement(cluster, beginAgreement(cluster, text, expected, options), text);
}

/** What a server has applied, without no-ops. */
export function appliedCommands(cluster: Cluster, id: number): string[] {
  return [...nodeOf(cluster.network, id).applied.values()].filter((text) => !text.startsWith('<'));
}
