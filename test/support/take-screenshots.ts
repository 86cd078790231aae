/**
 * Takes the pictures of the live page that the README shows, of a real cluster under load and under faults:
 * `node dist/test/support/take-screenshots.js`. No test: it takes most of a minute, and no two pictures are equal.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { must } from '../../src/assert.js';
import { startCluster, type Cluster } from '../../src/index.js';
import { findChromium, openBrowser } from './browser.js';
import { withService } from './service.js';

/** Seen from dist/test/support. */
const FOLDER = fileURLToPath(new URL('../../../src/page/screenshots/', import.meta.url));
/** What the charts and the rest are to show. */
const HISTORY_MS = 45_000;
const FAULTS_MS = 4_000;
const WRITERS = 4;

const topics = [
  ['carts.events', 32, 2],
  ['customers.profiles', 12, 3],
  ['inventory.levels', 16, 3],
  ['orders.changed', 24, 3],
  ['orders.placed', 24, 3],
  ['payments.authorized', 12, 3],
  ['payments.ledger', 6, 3],
  ['search.index-updates', 8, 3],
  ['web.clickstream', 64, 2],
] as const;

async function fill(cluster: Cluster): Promise<void> {
  const store = cluster.store();
  for (let id = 1; id <= 6; id += 1) {
    await store.registerBroker({ id, addr: `127.0.0.1:${9091 + id}`, rack: `rack-${Math.ceil(id / 2)}` });
  }
  for (const [name, partitions, replicationFactor] of topics) {
    await store.createTopic(name, { partitions, replicationFactor });
  }
}

/** Some writers, each at its own pace, until the signal. */
async function load(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const write = async (writer: number): Promise<void> => {
    const store = cluster.store();
    for (let number = 1; !signal.aborted; number += 1) {
      await delay(4 + 3 * Math.sin(number / (200 + 50 * writer)));
      await store.updateBroker(writer, { lastHeartbeat: number }).catch(() => undefined);
      if (number % 4 === 0) await store.getBroker(writer).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer + 1)));
}

/** One direction cut, another link slow and lossy, a node dead and a broker fenced. */
async function disturb(cluster: Cluster): Promise<void> {
  const { id: leader } = await cluster.waitForLeader();
  const [one, two, three, dead] = cluster.nodeIds.filter((id) => id !== leader) as [number, number, number, number];
  await cluster.link(one, two).cut({ from: one });
  await cluster.link(leader, three).setFaults({ delayMs: 20, dropRate: 0.05 });
  await cluster.node(dead).kill();
  await cluster.store().updateBroker(5, { status: 'unreachable' });
}

async function take(
  browser: Browser,
  url: string,
  { file, fullPage = false, ...options }: BrowserContextOptions & { file: string; fullPage?: boolean },
): Promise<() => Promise<void>> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(url);
  return async () => {
    await page.screenshot({ path: `${FOLDER}${file}`, fullPage });
    await context.close();
  };
}

const browser = await openBrowser(must(findChromium(), 'chromium on PATH'));
const cluster = await startCluster({ nodes: 5, brokerSessionTimeoutMs: 600_000 });
const loading = new AbortController();
await fill(cluster);
const loaded = load(cluster, loading.signal);
await withService(cluster, { version: '0.1.0', deadlineMs: 5 * HISTORY_MS }, async ({ url }) => {
  const desktop = { viewport: { width: 1280, height: 800 } };
  const light = await take(browser, url, { ...desktop, colorScheme: 'light', file: 'light.png' });
  const dark = await take(browser, url, { ...desktop, colorScheme: 'dark', file: 'dark.png' });
  await delay(HISTORY_MS);
  await disturb(cluster);
  await delay(FAULTS_MS);
  await light();
  await dark();
});
loading.abort();
await loaded;
await cluster.stop();
await browser.close();
