/** Log lines of a cluster with real threads: whose they are, and that operations have none. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LogSink } from '../../src/index.js';
import { leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';
import { eventually } from '../support/deadline.js';

const test = suite('logs');

type Line = Readonly<Record<string, unknown>>;

function collect(level: LogSink['level']): { logger: LogSink; lines: Line[] } {
  const lines: Line[] = [];
  const write = (line: string): void => {
    assert.ok(line.endsWith('}\n'));
    lines.push(JSON.parse(line) as Line);
  };
  return { logger: { level, write }, lines };
}

test('each line tells its actor and its node or link, and a change of leaders its term', () => {
  const { logger, lines } = collect('info');
  return withCluster('labels', { logger }, async (cluster) => {
    const { leader } = await leaderAndFollowers(cluster);
    await cluster.waitForHealthy();
    await cluster.node(leader).kill();
    await cluster.waitForLeader();
    const of = (actor: string, message: string): Line[] =>
      lines.filter((line) => line['actor'] === actor && line['message'] === message);
    await eventually(() => of('transport-link', 'not connected').length > 0, 'the link to the dead node');
    for (const line of of('transport-link', 'not connected')) assert.match(String(line['link']), /^[1-3]-[1-3]$/);
    const led = of('raft-node', 'leadership').filter(({ role }) => role === 'leader');
    assert.ok(led.some(({ node, term }) => node === leader && typeof term === 'number'));
    assert.ok(of('host', 'node').some((line) => line['node'] === leader && line['change'] === 'stopped'));
    assert.ok(of('host', 'leader').every(({ term }) => term === null || typeof term === 'number'));
    assert.ok(lines.every(({ actor }) => typeof actor === 'string'));
  });
});

test('operations have no line at info', () => {
  const { logger, lines } = collect('info');
  return withCluster('silent', { logger, snapshotEntries: 10 }, async (cluster) => {
    await cluster.waitForHealthy();
    const before = lines.length;
    await registerBrokers(cluster.store(), 100);
    await cluster.store().listBrokers();
    // An election, or a link that stumbles, would be no more than these.
    assert.ok(lines.length < before + 20, JSON.stringify(lines.slice(before)));
  });
});

test('a crash is an error, with its reason', () => {
  const { logger, lines } = collect('error');
  const stateMachine = new URL('../support/counter-machine.js', import.meta.url);
  return withCluster('crash', { logger, nodes: 1, stateMachine }, async (cluster) => {
    await cluster.propose(new Uint8Array([255])).catch(() => undefined);
    await eventually(() => lines.length > 0, 'the line of the crash');
    assert.equal(
      [lines[0]?.['actor'], lines[0]?.['node'], lines[0]?.['message']],
      ['metadata-store', 1, 'actor crashed'],
    );
    assert.match(String(lines[0]?.['error']), /255 is too much/);
  });
});

test.run();
