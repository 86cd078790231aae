/** What the live page gets: its files, its pictures, and pages of the metadata. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { startCluster, type Cluster, type HistogramCounts } from '../../src/index.js';
import { latencyBetween } from '../../src/service/latency.js';
import type { Picture } from '../../src/service/picture.js';
import { registerBrokers } from '../support/clusters.js';
import { eventually } from '../support/deadline.js';
import { Events } from '../support/event-reader.js';
import { ask, codeIn, withService } from '../support/service.js';

const test = suite('service for the live page');

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster({ nodes: 3, brokerSessionTimeoutMs: 60_000 });
  await registerBrokers(cluster.store(), 3);
});
test.after(() => cluster.stop());

test('its files: of their types, for whoever has no token, and under a strict policy', async () => {
  await withService(cluster, { token: 'secret' }, async (service) => {
    const types = [
      ['/', 'text/html; charset=utf-8'],
      ['/page.js', 'text/javascript; charset=utf-8'],
      ['/page.css', 'text/css; charset=utf-8'],
      ['/icon.svg', 'image/svg+xml'],
    ] as const;
    for (const [path, type] of types) {
      const { status, headers, text } = await ask(service, `GET ${path}`);
      assert.is(status, 200, path);
      assert.is(headers['content-type'], type);
      assert.is(headers['x-content-type-options'], 'nosniff');
      assert.match(must(headers['content-security-policy'], 'a policy') as string, /^default-src 'self';/);
      assert.not.match(text, /https?:\/\/(?!www\.w3\.org\/)/, `${path} names another site`);
      assert.not.match(text, /sourceMappingURL/, `${path} names a source map`);
      assert.is((await ask(service, `HEAD ${path}`)).status, 200);
    }
    assert.not.match((await ask(service, 'GET /')).text, /<script>|<style|style=|\son\w+=/, 'nothing inline');
    assert.is((await ask(service, 'GET /main.tsx')).status, 401, 'nothing else');
    assert.is((await ask(service, 'GET /v1/browse/topics')).status, 401);
    assert.is((await ask(service, 'POST /')).status, 405);
  });
});

test('pictures are for whoever asks for them by name', async () => {
  await withService(cluster, {}, async (service) => {
    const [plain, page] = [await Events.open(service), await Events.open(service, '?include=picture')];
    await eventually(() => page.of('picture').length >= 3, 'pictures');
    assert.equal(plain.of('picture'), []);
    assert.equal(
      page.told.filter(({ event }) => event !== 'picture'),
      [],
    );
    plain.close();
    page.close();
  });
});

test('a picture tells nodes, links by direction and kind, and what calls came to', async () => {
  await withService(cluster, { readOnly: true }, async (service) => {
    const page = await Events.open(service, '?include=picture');
    const last = (): Picture | undefined => page.of<Picture>('picture').at(-1);
    const first = must(await eventually(last, 'a picture'), 'a picture');
    assert.equal([first.version, first.readOnly, first.healthy, first.nodes.length], ['1.2.3', true, true, 3]);
    assert.is(first.leader, (await cluster.waitForLeader()).id);
    const before = first.client.writesAnswered;
    await registerBrokers(cluster.store(), 20, 10);
    await eventually(() => (last()?.client.writesAnswered ?? 0) >= before + 20, 'the writes in a picture');
    const pictures = page.of<Picture>('picture');
    const { p50Ms, p99Ms } = must(pictures.map(({ client }) => client.writeLatency).find(Boolean), 'a latency');
    assert.ok(p50Ms > 0 && p50Ms <= p99Ms, `${p50Ms} and ${p99Ms} ms`);
    for (const { directions } of must(pictures.at(-1), 'a picture').links) {
      assert.is(directions.length, 2);
      for (const { delivered, kinds } of directions) {
        const counted = Object.values(kinds).reduce((sum, count) => sum + count, 0);
        assert.is(counted, delivered, 'each message has a kind');
      }
    }
    page.close();
  });
});

test('a picture tells of the dead and the paused what was known last, and of faults', async () => {
  await withService(cluster, {}, async (service) => {
    const page = await Events.open(service, '?include=picture');
    const nodeIn = (id: number): Picture['nodes'][number] | undefined =>
      page
        .of<Picture>('picture')
        .at(-1)
        ?.nodes.find((node) => node.id === id);
    const leader = await cluster.waitForLeader();
    const [one, other] = [1, 2, 3].filter((id) => id !== leader.id) as [number, number];
    await eventually(() => (nodeIn(one)?.appliedIndex ?? 0) > 0, 'what it has applied');
    await cluster.node(one).pause();
    await eventually(() => nodeIn(one)?.paused, 'the pause');
    assert.equal([nodeIn(one)?.answers, nodeIn(one)?.role], [false, 'follower']);
    assert.ok((nodeIn(one)?.appliedIndex ?? 0) > 0);
    await cluster.node(one).resume();
    await cluster.waitForHealthy();
    await cluster.link(one, other).setFaults({ delayMs: 3 }, { from: one });
    await cluster.link(one, other).cut({ from: other });
    await eventually(() => {
      const directions =
        page
          .of<Picture>('picture')
          .at(-1)
          ?.links.flatMap((link) => link.directions) ?? [];
      const there = directions.find(({ from, to }) => from === one && to === other);
      const back = directions.find(({ from, to }) => from === other && to === one);
      return there?.faults.delayMs === 3 && !there.cut && back?.cut === true;
    }, 'the faults, each in its direction');
    await cluster.heal();
    await cluster.node(one).kill();
    await eventually(() => nodeIn(one)?.role === 'stopped' && nodeIn(one)?.stopReason === 'killed', 'the kill');
    await cluster.node(one).restart();
    await cluster.waitForHealthy();
    page.close();
  });
});

test('pages of the metadata', async () => {
  await cluster.store().createTopic('browsed', { partitions: 5, replicationFactor: 3 });
  await withService(cluster, {}, async (service) => {
    const { status, body } = await ask(service, 'GET /v1/browse/partitions?topic=browsed&offset=3&limit=1');
    assert.is(status, 200);
    const { total, rows } = body as { total: number; rows: { partition: number }[] };
    assert.equal([total, rows.map(({ partition }) => partition)], [5, [3]]);
    for (const query of ['groups', 'topics?limit=0', 'topics?limit=x', 'topics?onlyProblems=1', 'topics?offset=-1']) {
      const answer = await ask(service, `GET /v1/browse/${query}`);
      assert.equal([answer.status, codeIn(answer)], [400, 'InvalidArgument'], query);
    }
  });
});

test('latencies of what was counted between two looks', () => {
  const counts = (...each: number[]): HistogramCounts => ({ bounds: [0.001, 0.002, 0.004], counts: each, sum: 0 });
  assert.is(latencyBetween(counts(5, 5, 0, 0), counts(5, 5, 0, 0)), null);
  assert.equal(latencyBetween(null, counts(0, 10, 0, 0)), { p50Ms: 1.5, p99Ms: 1.99 });
  assert.equal(latencyBetween(null, counts(10, 10, 0, 0)), { p50Ms: 1, p99Ms: 1.98 });
  const { p50Ms, p99Ms } = must(latencyBetween(counts(90, 0, 0, 0), counts(140, 0, 0, 50)), 'a latency');
  assert.equal([p50Ms, p99Ms], [1, 4], 'above all bounds it is the last');
});

test.run();
