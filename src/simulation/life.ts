/** A simulated node's start, from whatever its disk holds, and its crash, which takes a part of what was not synced. */
import { must } from '../assert.js';
import type { Input } from '../raft/messages.js';
import { createRaft } from '../raft/state.js';
import { configurationsOnDisk } from './checks/log-checks.js';
import { forgetTerm } from './checks/history.js';
import { loseUnsynced, recover } from './disk.js';
import { countFault, type FaultKind } from './faults.js';
import { deliver, later } from './inputs.js';
import { createMachine } from './machine.js';
import type { SimulatedNode } from './simulated-node.js';
import { requestMore } from './store.js';
import { happened, tell, type World } from './world.js';

const NEWS_DELAY_MS = 1;

export function startNode(world: World, node: SimulatedNode): void {
  const stored = recover(node.disk);
  const state = createRaft({ self: node.member, stored, limits: world.plan.limits });
  node.state = state;
  node.life += 1;
  node.machine = createMachine(node.disk.snapshot);
  const configurations = configurationsOnDisk(node.disk);
  node.watch = {
    term: node.disk.term,
    commitIndex: node.disk.snapshot.description.index,
    ledTerm: null,
    knownLeaderTerm: 0,
    configurations,
    configurationBefore: must(configurations.at(-1), 'a configuration').configuration,
    checked: {},
  };
  happened(world, 'start', node.place, node.disk.term);
  tell(world, () => `node ${node.member.id} starts in term ${node.disk.term}`);
  requestMore(world, node, world.plan.pullBytes);
  for (const other of world.nodes) {
    if (other === node || other.state === null) continue;
    sendNews(world, other, { kind: 'peerUp', member: node.member });
    sendNews(world, node, { kind: 'peerUp', member: other.member });
  }
  world.turns.advance(node);
}

export function crashNode(world: World, node: SimulatedNode, kind: FaultKind): void {
  if (node.state === null) return;
  countFault(world.faults, kind);
  const { term } = node.disk;
  if (loseUnsynced(node.disk, world.random)) countFault(world.faults, 'unsyncedLost');
  if (node.disk.term < term) forgetTerm(world.history, term, node.member);
  happened(world, kind, node.place, node.disk.term);
  tell(world, () => `node ${node.member.id} crashes: ${kind}`);
  node.state = null;
  node.turn = null;
  node.inbox = [];
  node.paused = false;
  node.alarms.clear();
  node.leadership = null;
  node.incoming = [];
  node.snapshotPending = false;
  node.crashAt = null;
  node.syncFails = false;
  if (!world.plan.peerNews) return;
  for (const other of world.nodes) {
    if (other.state !== null) sendNews(world, other, { kind: 'peerDown', member: node.member });
  }
}

function sendNews(world: World, to: SimulatedNode, input: Input): void {
  later(world, to, NEWS_DELAY_MS, () => {
    deliver(world, to, input);
  });
}
