/**
 * The source of faults. Every so often it does something harmful, drawn by the plan's weights, and undoes it later. A
 * node's disk is wiped only when the remaining voters can do without it; everything else may strike anywhere, any
 * time.
 */
import { must, unreachable } from '../assert.js';
import { drawChance, drawFraction, drawInteger, type Random } from '../random.js';
import type { Configuration } from '../raft/messages.js';
import { includesMember } from '../raft/configuration.js';
import { goneMember } from './administrator.js';
import { noteAction, repeat } from './actions.js';
import { jumpClock } from './effects.js';
import { schedule } from './event-queue.js';
import { countFault, type FaultKind } from './faults.js';
import { cutDirections, joinDirections, repeatOldMessages, type Direction } from './network.js';
import type { SimulatedNode } from './simulated-node.js';
import { deliver } from './inputs.js';
import { crashNode, replaceMember, startNode } from './life.js';
import { flipAnyBit, interfereAt } from './node-files.js';
import { NEMESIS_ACTIONS, type NemesisAction } from './plan.js';
import { takeSnapshot } from './store.js';
import { happened, type World } from './world.js';

const CRASH_POINTS: readonly FaultKind[] = [
  'crashBeforeSend',
  'crashBeforeWrite',
  'crashBeforeSync',
  'crashAfterSync',
  'crashBeforeApply',
  'crashAtDiskCall',
];
/** So many changes of its disk later at the latest. */
const CRASH_WITHIN_CHANGES = 40;
const LEADER_RATE = 0.4;
const LONGEST_JUMP_TIMEOUTS = 4;
const SLOW_FACTORS = [3, 10, 50] as const;

export function startNemesis(world: World): void {
  repeat(world, 'nemesis', world.plan.nemesisIntervalMs, (action) => {
    if (world.phase !== 'faults') return false;
    const kind = drawAction(world, action.random);
    const node = drawTarget(world, action.random);
    happened(world, kind, node.place, 0);
    noteAction(world, action, () => `${kind} at node ${node.member.id}`);
    strike(world, kind, node, action.random);
    return true;
  });
}

function drawAction({ plan }: World, random: Random): NemesisAction {
  let total = 0;
  for (const action of NEMESIS_ACTIONS) total += plan.nemesisWeights[action];
  let left = drawFraction(random) * total;
  for (const action of NEMESIS_ACTIONS) {
    left -= plan.nemesisWeights[action];
    if (left < 0) return action;
  }
  return 'crash';
}

/** Often a leader: most of the rules are about losing one. */
function drawTarget({ nodes }: World, random: Random): SimulatedNode {
  const leader = nodes.find((node) => node.state?.role === 'leader');
  const anyone = must(nodes[drawInteger(random, 0, nodes.length)], 'a node');
  return drawChance(random, LEADER_RATE) && leader !== undefined ? leader : anyone;
}

function afterFault(world: World, random: Random, undo: () => void): void {
  schedule(world.queue, world.plan.faultLengthMs * (0.1 + drawFraction(random)), () => {
    if (world.phase === 'faults') undo();
  });
}

function strike(world: World, action: NemesisAction, node: SimulatedNode, random: Random): void {
  switch (action) {
    case 'crash':
      crashNode(world, node, 'crash');
      restartLater(world, node, random);
      return;
    case 'crashAtEffect':
      armCrash(node, random);
      restartLater(world, node, random);
      return;
    case 'failStorage':
      node.storageFails = drawChance(random, 0.5) ? 'failedSync' : 'diskFull';
      restartLater(world, node, random);
      return;
    case 'crashAll':
      for (const each of world.nodes) {
        crashNode(world, each, 'crashOfAll');
        restartLater(world, each, random);
      }
      return;
    case 'partition':
    case 'isolate':
    case 'oneWay':
      cut(world, action, node, random);
      return;
    case 'pause':
    case 'slowDisk':
    case 'stallStore':
      hinder(world, action, node, random);
      return;
    case 'failRestore':
      node.restoreFails = true;
      return;
    case 'campaign':
      if (node.state === null) return;
      countFault(world.faults, 'spuriousCampaign');
      deliver(world, node, { kind: 'campaign' });
      return;
    case 'stall':
      stallAll(world, random);
      return;
    case 'clockJump':
      jump(world, node, random);
      return;
    case 'oldMessages':
      repeatOldMessages(world.network, random, world.plan.faultLengthMs);
      return;
    case 'snapshot':
      snapshotNow(world, node);
      return;
    case 'wipe':
      wipe(world, node, random);
      return;
    case 'rot':
      rot(world, node, random);
      return;
    default:
      unreachable(action);
  }
}

function armCrash(node: SimulatedNode, random: Random): void {
  if (node.state === null) return;
  node.crashAt = CRASH_POINTS[drawInteger(random, 0, CRASH_POINTS.length)] ?? null;
  if (node.crashAt === 'crashAtDiskCall') {
    interfereAt(node.files.disk, drawInteger(random, 1, CRASH_WITHIN_CHANGES), 'crash');
  }
}

/** Whenever it is down by then; an armed crash may strike only later, hence the second look. */
function restartLater(world: World, node: SimulatedNode, random: Random): void {
  afterFault(world, random, () => {
    if (node.state === null) startNode(world, node);
    else if (node.crashAt !== null || node.storageFails !== null) restartLater(world, node, random);
  });
}

function cut(world: World, action: 'partition' | 'isolate' | 'oneWay', node: SimulatedNode, random: Random): void {
  const { network, nodes, faults } = world;
  if (nodes.length < 2) return;
  const inside = nodes.map((each) => (action === 'partition' ? drawChance(random, 0.5) : each === node));
  const outward = drawChance(random, 0.5);
  const directions: Direction[] = [];
  for (const from of nodes) {
    for (const to of nodes) {
      if (inside[from.place] === inside[to.place]) continue;
      if (action !== 'oneWay' || inside[from.place] === outward) {
        directions.push({ from: from.place, to: to.place });
      }
    }
  }
  cutDirections(network, directions);
  countFault(faults, action === 'isolate' ? 'isolation' : action === 'oneWay' ? 'oneWayCut' : 'partition');
  afterFault(world, random, () => {
    joinDirections(network, directions);
    if (drawChance(random, world.plan.healRate)) loseLeader(world, random);
  });
}

/** Logs have grown apart, and who led the majority is gone: now elections have to choose. */
function loseLeader(world: World, random: Random): void {
  let newest: SimulatedNode | undefined;
  for (const node of world.nodes) {
    if (node.state?.role === 'leader' && node.state.term > (newest?.state?.term ?? 0)) newest = node;
  }
  if (newest === undefined) return;
  crashNode(world, newest, 'crash');
  restartLater(world, newest, random);
}

function hinder(world: World, action: 'pause' | 'slowDisk' | 'stallStore', node: SimulatedNode, random: Random): void {
  if (node.state === null) return;
  if (action === 'stallStore') node.storeStalled = true;
  else countFault(world.faults, action);
  if (action === 'pause') node.paused = true;
  if (action === 'slowDisk') node.slowFactor = SLOW_FACTORS[drawInteger(random, 0, SLOW_FACTORS.length)] ?? 1;
  afterFault(world, random, () => {
    relieve(world, node);
  });
}

function relieve(world: World, node: SimulatedNode): void {
  node.storeStalled = false;
  node.slowFactor = 1;
  node.paused = false;
  world.turns.advance(node);
}

/** What all nodes share, one process and its threads' processors, stands still; messages and time go on. */
function stallAll(world: World, random: Random): void {
  countFault(world.faults, 'eventLoopStall');
  for (const node of world.nodes) if (node.state !== null) node.paused = true;
  afterFault(world, random, () => {
    for (const node of world.nodes) relieve(world, node);
  });
}

function jump(world: World, node: SimulatedNode, random: Random): void {
  const byMs = (drawFraction(random) * 2 - 1) * world.plan.electionTimeoutMs * LONGEST_JUMP_TIMEOUTS;
  if (node.state === null) return;
  countFault(world.faults, 'clockJump');
  jumpClock(world, node, byMs);
}

/** Whatever its role and whatever it is at. */
function snapshotNow(world: World, node: SimulatedNode): void {
  if (node.state === null || node.machine.appliedIndex <= node.disk.snapshot.description.index) return;
  countFault(world.faults, 'forcedSnapshot');
  takeSnapshot(world, node);
}

/** The disk is lost for good: what comes back is another member, blank, which the administrator has to take in. */
function wipe(world: World, node: SimulatedNode, random: Random): void {
  if (!canDoWithout(world, node)) return;
  crashNode(world, node, 'wipedDisk');
  replaceMember(world, node);
  repeatOldMessages(world.network, random, world.plan.faultLengthMs * 2);
  restartLater(world, node, random);
}

/** One bit of what was safe is not what it was: the node refuses, or what it needs is there all the same. */
function rot(world: World, node: SimulatedNode, random: Random): void {
  // In mode `os` nothing says what was safe.
  if (world.plan.durability === 'os' || !canDoWithout(world, node)) return;
  crashNode(world, node, 'bitRot');
  flipAnyBit(node.files, random);
  node.rotten = true;
  startNode(world, node);
}

/** Nothing uncommitted or asked for about membership anywhere, no member gone already, and enough voters besides. */
function canDoWithout({ nodes, history }: World, node: SimulatedNode): boolean {
  if (node.state === null) return false;
  const settled = nodes.every(({ watch, state, inbox }) => {
    const latest = [watch.configurations.at(-1), state?.configurations.at(-1)].map((placed) => placed?.index ?? 0);
    // A node that stands still may take up such a request when it goes on, as if nobody were gone.
    return Math.max(...latest) <= history.committed.length && !inbox.some(({ kind }) => kind === 'changeMembership');
  });
  let newest: Configuration | undefined;
  let newestIndex = -1;
  for (const { watch } of nodes) {
    const placed = watch.configurations.at(-1);
    if (placed !== undefined && placed.index > newestIndex && placed.configuration.voters.length > 0) {
      newest = placed.configuration;
      newestIndex = placed.index;
    }
  }
  if (!settled || newest === undefined || goneMember(newest, nodes) !== undefined) return false;
  return !includesMember(newest.voters, node.member) || newest.voters.length >= 3;
}

/** All faults of this node end; what lies between it and others is the network's. */
export function heal(world: World, node: SimulatedNode): void {
  node.well = true;
  node.crashAt = null;
  node.storageFails = null;
  node.files.disk.interfere = null;
  node.restoreFails = false;
  if (node.state === null) startNode(world, node);
  relieve(world, node);
}
