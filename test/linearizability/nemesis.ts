/**
 * The faults of a run with real threads: what is done to a cluster, how it is undone, and whether it did anything.
 * Without files a killed node comes back as a new member, and a second one killed before that one votes again could
 * lose the majority for good: there, only a healthy cluster is killed in.
 */
import type { Cluster, LinkFaults, LinkHandle, LinkStatus } from '../../src/index.js';
import { must } from '../../src/assert.js';
import { drawChance, drawInteger, type Random } from '../../src/random.js';

export interface Scene {
  readonly cluster: Cluster;
  readonly random: Random;
  /** Nodes keep their log. */
  readonly durable: boolean;
  readonly electionTimeoutMs: number;
  /** Nodes that something is being done to. */
  readonly busy: Set<number>;
  /** As far as is known. */
  leader: number | null;
}

export interface ActiveFault {
  /** Which nodes or links, for the log. */
  readonly target: string;
  /** It did something; asked before the end. */
  fired(): Promise<boolean>;
  end(): Promise<void>;
}

const always = (): Promise<boolean> => Promise.resolve(true);
const nothing = (): Promise<void> => Promise.resolve();
const CHANGE_TIMEOUT_MS = 3_000;
/** The leader as the victim, instead of any node. */
const LEADER_RATE = 0.5;

const FAULTS = {
  kill: (scene: Scene) => stopNodes(scene, [victimOf(scene)], 'kill'),
  restart: (scene: Scene) => stopNodes(scene, [victimOf(scene)], 'stop'),
  killMajority: (scene: Scene) => {
    const victims = shuffled(scene).slice(0, Math.floor(scene.cluster.nodeIds.length / 2) + 1);
    return stopNodes(scene, victims, 'kill');
  },
  killAll: (scene: Scene) => stopNodes(scene, [...scene.cluster.nodeIds], 'kill'),
  wipe: (scene: Scene) => stopNodes(scene, [victimOf(scene)], 'wipe'),
  pause,
  cut: (scene: Scene) => cutOff(scene, () => ({})),
  oneWayCut(scene: Scene) {
    const outwards = drawChance(scene.random, 0.5);
    return cutOff(scene, (victim, other) => ({ from: outwards ? victim : other }));
  },
  partition,
  delay: (scene: Scene) => disturb(scene, { delayMs: [0, drawInteger(scene.random, 1, scene.electionTimeoutMs)] }),
  drop: (scene: Scene) => disturb(scene, { dropRate: drawInteger(scene.random, 5, 50) / 100 }),
  duplicate: (scene: Scene) => disturb(scene, { duplicateRate: 0.3, delayMs: [0, 5] }),
  reorder: (scene: Scene) => disturb(scene, { reorderRate: 0.3, delayMs: [0, 5] }),
  breakConnection: (scene: Scene) => disturb(scene, { closeAfterMessages: drawInteger(scene.random, 1, 20) }),
  transfer,
  addNode,
  removeNode,
} satisfies Record<string, (scene: Scene) => Promise<ActiveFault>>;

export type FaultKind = keyof typeof FAULTS;

/** Ending it leaves a member that has to be taken in again, or makes one. */
const LOSES_LOG: ReadonlySet<FaultKind> = new Set(['wipe']);
const ONLY_DURABLE: ReadonlySet<FaultKind> = new Set(['killMajority', 'killAll', 'wipe']);
const LOSES_LOG_IN_MEMORY: ReadonlySet<FaultKind> = new Set(['kill', 'restart']);
/** Drawn twice as often: they leave writes in the log whose answers are lost. */
const FREQUENT: readonly FaultKind[] = ['kill', 'oneWayCut'];

/** To draw from. */
export function faultKinds(durable: boolean): FaultKind[] {
  const kinds = [...(Object.keys(FAULTS) as FaultKind[]), ...FREQUENT];
  return kinds.filter((kind) => durable || !ONLY_DURABLE.has(kind));
}

/** The cluster has to be healthy before and after. */
export function losesLog(kind: FaultKind, durable: boolean): boolean {
  return LOSES_LOG.has(kind) || (!durable && LOSES_LOG_IN_MEMORY.has(kind));
}

/** Rejects where the cluster refuses or does not manage it. */
export async function begin(kind: FaultKind, scene: Scene): Promise<ActiveFault> {
  const leader = await scene.cluster.waitForLeader({ timeoutMs: 1 }).catch(() => null);
  scene.leader = leader !== null && scene.cluster.nodeIds.includes(leader.id) ? leader.id : null;
  return FAULTS[kind](scene);
}

function shuffled({ cluster, random, busy }: Scene): number[] {
  const ids = cluster.nodeIds.filter((id) => !busy.has(id));
  for (let last = ids.length - 1; last > 0; last -= 1) {
    const other = drawInteger(random, 0, last + 1);
    [ids[last], ids[other]] = [must(ids[other], 'a place'), must(ids[last], 'a place')];
  }
  return ids;
}

/** The leader often: most that can go wrong begins with it. */
function victimOf(scene: Scene): number {
  const [any] = shuffled(scene);
  const { leader, busy, random } = scene;
  const takesLeader = drawChance(random, LEADER_RATE);
  if (takesLeader && leader !== null && !busy.has(leader)) return leader;
  return must(any, 'a node to which nothing is being done');
}

function stopNodes(scene: Scene, victims: readonly number[], way: 'kill' | 'stop' | 'wipe'): Promise<ActiveFault> {
  const nodes = victims.map((id) => scene.cluster.node(id));
  return occupy(scene, victims, async () => {
    await Promise.all(nodes.map((node) => (way === 'stop' ? node.stop() : node.kill())));
    return {
      target: nodeNames(victims),
      async fired() {
        const states = await Promise.all(nodes.map((node) => node.status()));
        return states.every(({ role }) => role === 'stopped');
      },
      async end() {
        await Promise.all(nodes.map((node) => node.restart({ timeoutMs: CHANGE_TIMEOUT_MS, wipe: way === 'wipe' })));
      },
    };
  });
}

function pause(scene: Scene): Promise<ActiveFault> {
  const id = victimOf(scene);
  const node = scene.cluster.node(id);
  return occupy(scene, [id], async () => {
    await node.pause();
    return {
      target: nodeNames([id]),
      fired: async () => (await node.status()).paused,
      end: () => node.resume(),
    };
  });
}

function cutOff(scene: Scene, direction: (victim: number, other: number) => { from?: number }): Promise<ActiveFault> {
  const victim = victimOf(scene);
  return occupy(scene, [victim], async () => {
    const others = scene.cluster.nodeIds.filter((id) => id !== victim);
    // One of its links alone is a fault of its own kind: the others still hear both sides.
    const alone = drawChance(scene.random, 0.3) ? shuffled(scene).find((id) => id !== victim) : undefined;
    const ends = alone === undefined ? others : [alone];
    const links = ends.map((other) => scene.cluster.link(victim, other));
    await Promise.all(ends.map((other, place) => must(links[place], 'a link').cut(direction(victim, other))));
    return cutLinks(`${nodeNames([victim])} from ${ends.join(', ')}`, links);
  });
}

async function partition(scene: Scene): Promise<ActiveFault> {
  const ids = shuffled(scene);
  const size = drawInteger(scene.random, 1, ids.length);
  const groups = [ids.slice(0, size), ids.slice(size)];
  await scene.cluster.partition(groups);
  const [one = [], other = []] = groups;
  const links = one.flatMap((a) => other.map((b) => scene.cluster.link(a, b)));
  return cutLinks(groups.map((group) => group.join(', ')).join(' | '), links);
}

function cutLinks(target: string, links: readonly LinkHandle[]): ActiveFault {
  return {
    target,
    async fired() {
      const states = await statusOf(links);
      return states.length > 0 && states.every(({ state }) => state === 'cut');
    },
    end: () => healLinks(links),
  };
}

/** All links of one node, in both directions; fired once messages have met the fault. */
async function disturb(scene: Scene, faults: LinkFaults): Promise<ActiveFault> {
  const victim = victimOf(scene);
  const others = scene.cluster.nodeIds.filter((id) => id !== victim);
  const links = others.map((other) => scene.cluster.link(victim, other));
  const before = await statusOf(links);
  await Promise.all(links.map((link) => link.setFaults(faults)));
  const shows = faults.dropRate !== undefined ? 'dropped' : 'closeAfterMessages' in faults ? 'reconnects' : 'delivered';
  const count = (states: readonly LinkStatus[]): number => states.reduce((sum, state) => sum + state[shows], 0);
  return {
    target: `links of ${nodeNames([victim])} ${JSON.stringify(faults)}`,
    fired: async () => count(await statusOf(links)) > count(before),
    end: () => healLinks(links),
  };
}

async function transfer(scene: Scene): Promise<ActiveFault> {
  const { cluster, leader } = scene;
  const to = must(
    shuffled(scene).find((id) => id !== leader),
    'a node that does not lead',
  );
  await cluster.transferLeadership(to, { timeoutMs: CHANGE_TIMEOUT_MS });
  return { target: `to node ${to}`, fired: always, end: nothing };
}

async function addNode(scene: Scene): Promise<ActiveFault> {
  const { id } = await scene.cluster.addNode({ timeoutMs: CHANGE_TIMEOUT_MS });
  return { target: nodeNames([id]), fired: always, end: () => remove(scene.cluster, victimOf(scene)) };
}

async function removeNode(scene: Scene): Promise<ActiveFault> {
  const victim = victimOf(scene);
  await remove(scene.cluster, victim);
  return { target: nodeNames([victim]), fired: always, end: () => replace(scene.cluster) };
}

function remove(cluster: Cluster, id: number): Promise<void> {
  return cluster.removeNode(id, { timeoutMs: CHANGE_TIMEOUT_MS });
}

async function replace(cluster: Cluster): Promise<void> {
  await cluster.addNode({ timeoutMs: CHANGE_TIMEOUT_MS });
}

/** Nobody else touches the victims until the end. */
async function occupy(
  { busy }: Scene,
  victims: readonly number[],
  start: () => Promise<ActiveFault>,
): Promise<ActiveFault> {
  for (const id of victims) busy.add(id);
  const release = (): void => {
    for (const id of victims) busy.delete(id);
  };
  try {
    const fault = await start();
    return { ...fault, end: () => fault.end().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

function statusOf(links: readonly LinkHandle[]): Promise<LinkStatus[]> {
  return Promise.all(links.map((link) => link.status()));
}

async function healLinks(links: readonly LinkHandle[]): Promise<void> {
  await Promise.all(links.map((link) => link.heal()));
}

function nodeNames(ids: readonly number[]): string {
  return `node ${ids.join(', ')}`;
}
