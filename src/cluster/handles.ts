/**
 * What users hold of a node and of a link: arguments checked, every promise settled within its deadline.
 */
import type { Wait } from '../client/options.js';
import { ClusterError } from '../errors.js';
import type { ClusterHost } from './cluster-host.js';
import type { LinkHandle, NodeHandle } from './cluster.js';
import { checkDirection, checkFaults, type LinkFaults, type LinkHost } from './link-host.js';
import type { NodeHost } from './node-host.js';
import { callerDeadline, endsBy, remainingMs, type Deadline } from '../client/waiting.js';

export function createNodeHandle(host: ClusterHost, node: NodeHost): NodeHandle {
  const { options } = host;
  const wait = (given: Wait | undefined, what: string): Deadline =>
    callerDeadline(given, options.proposalTimeoutMs, what);
  return {
    id: node.id,
    status: () => node.status(options.proposalTimeoutMs),
    kill: () => node.kill('killed'),
    async stop() {
      if (node.life === null) return;
      await handOver(host, node);
      await node.kill('stopped');
    },
    async restart(given) {
      const deadline = wait(given, `restart of node ${node.id}`);
      if (host.stopped) throw new ClusterError('Stopped', 'the cluster is stopped');
      if (node.life !== null)
        throw new ClusterError('InvalidArgument', `node ${node.id} is running; kill or stop it first`);
      host.restartNode(node, given?.wipe === true);
      await endsBy(node.serving(remainingMs(deadline)), deadline);
    },
    async pause() {
      await node.pause(options.proposalTimeoutMs);
      host.noticePause(node.id, true);
    },
    async resume() {
      node.resume();
      host.noticePause(node.id, false);
      return Promise.resolve();
    },
    async takeSnapshot(given) {
      const deadline = wait(given, `snapshot of node ${node.id}`);
      if (node.paused) throw new ClusterError('Timeout', `node ${node.id} is paused`);
      const taken = node.running().store.call('takeSnapshot', [], remainingMs(deadline));
      return { index: await endsBy(taken, deadline) };
    },
    async dump(given) {
      const deadline = wait(given, `dump of node ${node.id}`);
      if (node.paused) throw new ClusterError('Timeout', `node ${node.id} is paused`);
      const answer = node.running().store.call('dump', [given?.state !== false], remainingMs(deadline));
      const { appliedIndex, stateHash, state } = await endsBy(answer, deadline);
      return { appliedIndex, stateHash, state };
    },
  };
}

/** A graceful stop of a leader: somebody else leads before it goes, if anybody can. */
async function handOver(host: ClusterHost, node: NodeHost): Promise<void> {
  const leader = host.router.leader();
  if (leader?.id !== node.id || node.paused) return;
  const life = node.running();
  const timeoutMs = host.options.electionTimeoutMs * 2;
  try {
    const status = await life.raft.call('status', [], timeoutMs);
    const voters = status.configuration.voters;
    const [target] = status.followers
      .filter(({ member, connected }) => connected && voters.some((voter) => voter.incarnation === member.incarnation))
      .sort((one, other) => other.matchIndex - one.matchIndex);
    if (target !== undefined) await life.raft.call('transferLeadership', [target.member.id], timeoutMs);
  } catch (error) {
    // It stops all the same: the others elect after its threads have ended.
    if (!(error instanceof ClusterError)) throw error;
  }
}

export function createLinkHandle(host: ClusterHost, link: LinkHost): LinkHandle {
  const changed = (change: string, details: Readonly<Record<string, unknown>> = {}): void => {
    host.events.emit('link', { ends: link.ends, change, ...details });
    host.changes.announce();
  };
  return {
    async cut(options) {
      const from = checkDirection(options?.from, link.ends);
      await link.cut(from);
      changed('cut', { from });
    },
    async heal() {
      await link.heal();
      changed('healed');
    },
    async setFaults(faults: LinkFaults, options) {
      const from = checkDirection(options?.from, link.ends);
      const checked = checkFaults(faults);
      await link.setFaults(checked, from);
      changed('faults', { from, faults: checked });
    },
    status: () => link.status(),
  };
}
