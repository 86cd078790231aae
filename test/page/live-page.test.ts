/** The live page in a real browser, on a real cluster: what it shows, and what its controls do. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Browser, Page } from 'playwright-core';
import { must } from '../../src/assert.js';
import { startCluster, type Cluster } from '../../src/index.js';
import { registerBrokers } from '../support/clusters.js';
import { findChromium, openBrowser, withPage } from '../support/browser.js';
import { eventually } from '../support/deadline.js';
import { withService } from '../support/service.js';

const test = suite('live page');
const executable = findChromium();
if (executable === null) console.log('skipped: the live page in a browser: there is no chromium on PATH');
const inBrowser = (name: string, body: () => Promise<void>): void => {
  if (executable === null) test.skip(name, body);
  else test(name, body);
};

let browser: Browser;
let cluster: Cluster;
test.before(async () => {
  if (executable === null) return;
  cluster = await startCluster({ nodes: 3, brokerSessionTimeoutMs: 60_000 });
  await registerBrokers(cluster.store(), 3);
  browser = await openBrowser(executable);
});
test.after(async () => {
  if (executable === null) return;
  await browser.close();
  await cluster.stop();
});

/** On a healthy cluster, which is healed afterwards. `expected`: errors on the console that are none. */
async function onPage(body: (page: Page) => Promise<void>, expected = /^$/): Promise<void> {
  await cluster.waitForHealthy();
  await withService(cluster, {}, ({ url }) => withPage(browser, { url, expected }, body));
  await cluster.heal();
}

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

async function leaderShown(page: Page): Promise<number> {
  const text = await page.locator('#leader').innerText();
  return Number(/^node (\d+)$/.exec(text)?.[1] ?? 0);
}

inBrowser('shows the nodes, who leads and that all is well', async () => {
  await onPage(async (page) => {
    const leader = await cluster.waitForLeader();
    await page.getByText('✓ healthy').waitFor();
    assert.is(await leaderShown(page), leader.id);
    const row = page.getByRole('listitem', { name: `Node ${leader.id}`, exact: true });
    assert.match(await row.innerText(), /leader/);
    assert.is(await page.getByRole('listitem', { name: /^Node \d$/ }).count(), 3);
  });
});

inBrowser('creates a topic, and says why it does not', async () => {
  await onPage(async (page) => {
    await page.getByRole('textbox', { name: 'Name' }).fill('orders');
    await press(page, 'Create');
    await page.getByRole('heading', { name: 'Partitions of orders' }).waitFor();
    await page.getByRole('row', { name: /^2 .* in sync$/ }).waitFor();
    assert.is(must(await cluster.store().getTopic('orders'), 'the topic').numPartitions, 3);
    await page.getByRole('textbox', { name: 'Name' }).fill('orders');
    await press(page, 'Create');
    await page.getByRole('alert').filter({ hasText: 'TopicExists' }).waitFor();
  }, /status of 409/);
});

inBrowser('kills the leader, shows the new one, and brings the old one back', async () => {
  await onPage(async (page) => {
    await page.getByText('✓ healthy').waitFor();
    const before = await leaderShown(page);
    await press(page, `Kill node ${before}`);
    await page.getByText('stopped (killed)').first().waitFor();
    const after = await eventually(async () => {
      const shown = await leaderShown(page);
      return shown !== 0 && shown !== before ? shown : null;
    }, 'another leader on the page');
    assert.is((await cluster.waitForLeader()).id, after);
    await press(page, `Restart node ${before}`);
    await page.getByText('✓ healthy').waitFor();
  });
});

test.run();
