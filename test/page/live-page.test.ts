/** The live page in a real browser, on a real cluster: what it shows, and what its controls do. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Browser, Locator, Page } from 'playwright-core';
import { must } from '../../src/assert.js';
import { startCluster, type Cluster } from '../../src/index.js';
import { placeNodes, RING } from '../../src/page/state/ring.js';
import { startService, type Service } from '../../src/service/service.js';
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

const focused = (page: Page): Promise<string> => page.evaluate<string>('document.activeElement.textContent');

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

const cellOf = (page: Page, from: number, to: number): Locator =>
  page.getByRole('button', { name: new RegExp(`^From node ${from} to node ${to}:`) });

inBrowser('cuts one direction of a link, makes both slow and lossy, and heals it', async () => {
  await onPage(async (page) => {
    await cellOf(page, 1, 2).click();
    await press(page, 'Cut 1→2');
    await page.getByRole('button', { name: /^From node 1 to node 2: ✕ cut/ }).waitFor();
    assert.not.match(must(await cellOf(page, 2, 1).getAttribute('aria-label'), 'a label'), /cut/);
    await page.getByLabel('Delay, ms').fill('7');
    await page.getByLabel('Drop, %').fill('12.5');
    await press(page, 'Apply to both');
    await page.getByRole('button', { name: /^From node 2 to node 1: 7 ms, 12.5 % lost/ }).waitFor();
    await press(page, 'Heal link');
    for (const [from, to] of [
      [1, 2],
      [2, 1],
    ] as const) {
      await page.getByRole('button', { name: new RegExp(`^From node ${from} to node ${to}: connected`) }).waitFor();
    }
    await page.getByLabel('Delay, ms').fill('59999999');
    await page.evaluate(`document.querySelector('.editor input').removeAttribute('max')`);
    await press(page, 'Apply to 1→2');
    await page.getByRole('alert').filter({ hasText: 'InvalidArgument' }).waitFor();
  }, /status of 400/);
});

inBrowser('partitions by the keyboard alone, and heals', async () => {
  await onPage(async (page) => {
    await page.getByRole('radio', { name: 'Node 3 in group A' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('Cuts 1–3, 2–3.').waitFor();
    await page.keyboard.press('Tab');
    assert.is(await focused(page), 'Partition');
    await page.keyboard.press('Enter');
    await page.getByText('2 links are not connected: 1-3, 2-3').first().waitFor();
    await page.getByRole('button', { name: 'Heal all links' }).focus();
    await page.keyboard.press('Space');
    await page.getByText('✓ healthy').waitFor();
  });
});

inBrowser('groups nodes by a line drawn round them', async () => {
  await onPage(async (page) => {
    const box = must(await page.locator('.ring svg').boundingBox(), 'the ring');
    const { x, y } = must(placeNodes([1, 2, 3]).get(3), 'a place');
    const at = (dx: number, dy: number): [number, number] => {
      const scale = box.width / RING.width;
      return [box.x + (x + dx) * scale, box.y + (y + dy) * scale];
    };
    await page.mouse.move(...at(-50, -50));
    await page.mouse.down();
    for (const corner of [at(50, -50), at(50, 50), at(-50, 50)]) await page.mouse.move(...corner, { steps: 4 });
    await page.mouse.up();
    assert.ok(await page.getByRole('radio', { name: 'Node 3 in group B' }).isChecked());
    await page.getByText('Cuts 1–3, 2–3.').waitFor();
    await press(page, 'Clear groups');
  });
});

inBrowser('pauses, resumes, and hands leadership over', async () => {
  await onPage(async (page) => {
    await page.getByText('✓ healthy').waitFor();
    const leader = await leaderShown(page);
    const [follower] = [1, 2, 3].filter((id) => id !== leader);
    await press(page, `Pause node ${follower}`);
    await page.getByText('paused follower').first().waitFor();
    await press(page, `Resume node ${follower}`);
    await press(page, `Make node ${follower} the leader`);
    await eventually(async () => (await leaderShown(page)) === follower, 'the other leader');
  });
});

inBrowser('asks once more before a kill that would leave no majority', async () => {
  await onPage(async (page) => {
    await page.getByText('✓ healthy').waitFor();
    const leader = await leaderShown(page);
    const [one, other] = [1, 2, 3].filter((id) => id !== leader);
    await press(page, `Pause node ${one}`);
    await page.getByText('paused follower').first().waitFor();
    await press(page, `Kill node ${other}`);
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    await press(page, `Resume node ${one}`);
    await page.getByText('✓ healthy').waitFor();
  });
});

inBrowser('read-only: everything to look at, nothing to change', async () => {
  await withService(cluster, { readOnly: true }, ({ url }) =>
    withPage(browser, { url }, async (page) => {
      await page.getByText('read-only').waitFor();
      await cellOf(page, 1, 2).click();
      await page.getByRole('heading', { name: 'Node 1 to node 2' }).waitFor();
      const names = await page.getByRole('button').allInnerTexts();
      const words = /^(Kill|Restart|Pause|Resume|Make|Cut|Heal|Apply|Partition|Create)/;
      assert.equal(
        names.filter((name) => words.test(name)),
        [],
      );
      assert.is(await page.getByRole('radio').count(), 0);
    }),
  );
});

inBrowser('asks for the token, keeps it for the tab, and does not take another', async () => {
  await withService(cluster, { token: 'open sesame' }, ({ url }) =>
    withPage(browser, { url, expected: /status of 401/ }, async (page) => {
      await page.getByLabel('Token').fill('wrong');
      await press(page, 'Connect');
      await page.getByRole('alert').filter({ hasText: 'Unauthorized' }).waitFor();
      await page.getByLabel('Token').fill('open sesame');
      await press(page, 'Connect');
      await page.getByText('✓ healthy').waitFor();
      await page.getByRole('textbox', { name: 'Name' }).fill('with-a-token');
      await press(page, 'Create');
      await page.getByRole('heading', { name: 'Partitions of with-a-token' }).waitFor();
      await page.reload();
      await page.getByText('✓ healthy').waitFor();
    }),
  );
});

inBrowser('says that the service is gone, and comes back with it', async () => {
  const options = { host: '127.0.0.1', port: 0, token: null, readOnly: false, version: '1.2.3' };
  const first = await startService(cluster, options);
  const { url } = first;
  let second: Service | null = null;
  try {
    await withPage(browser, { url, expected: /ERR_|Failed to fetch|network error|status of 503/ }, async (page) => {
      await page.getByText('✓ healthy').waitFor();
      await first.close();
      await page.getByText('Not connected', { exact: true }).waitFor();
      second = await startService(cluster, { ...options, port: Number(new URL(url).port) });
      await page.getByText('live', { exact: true }).waitFor();
      assert.is(await page.getByText('Not connected', { exact: true }).count(), 0);
    });
  } finally {
    await first.close();
    await (second as Service | null)?.close();
  }
});

inBrowser('fits a narrow screen, and the other colours', async () => {
  await withService(cluster, {}, async ({ url }) => {
    const narrow = { url, viewport: { width: 360, height: 740 }, reducedMotion: 'no-preference' } as const;
    for (const colorScheme of ['light', 'dark'] as const) {
      await withPage(browser, { ...narrow, colorScheme }, async (page) => {
        await page.getByText('✓ healthy').waitFor();
        await cellOf(page, 1, 2).click();
        await page
          .getByRole('row', { name: /in sync$/ })
          .first()
          .waitFor();
        const [scrolled, shown] = await page.evaluate<number[]>('[document.body.scrollWidth, innerWidth]');
        assert.is(scrolled, shown, 'nothing to scroll sideways');
      });
    }
  });
});

/** Run in the browser, of whose types this project knows nothing. */
const CONTROLS = `[...document.querySelectorAll('button, input')].filter((control) => !control.disabled)`;
const NAMELESS_CONTROLS = `${CONTROLS}.filter((control) => {
  const label = control.labels?.[0]?.textContent ?? '';
  return ((control.getAttribute('aria-label') ?? '') + label + control.textContent).trim() === '';
}).map((control) => control.outerHTML)`;
/** Radio buttons of one group are one stop. */
const TAB_STOPS = `${CONTROLS}.filter(({ type, checked }) => type !== 'radio' || checked).length`;
const NOTE_WHAT_IS_REACHED = `
  document.body.tabIndex = -1;
  document.body.focus();
  document.addEventListener('focusin', ({ target }) => target.setAttribute('data-reached', ''));`;
const REACHED = `${CONTROLS}.filter((control) => control.hasAttribute('data-reached')).length`;

inBrowser('every control has a name, and the keyboard reaches each', async () => {
  await onPage(async (page) => {
    await page.getByText('✓ healthy').waitFor();
    await page
      .getByRole('row', { name: /in sync$/ })
      .first()
      .waitFor();
    await cellOf(page, 1, 2).click();
    assert.equal(await page.evaluate(NAMELESS_CONTROLS), []);
    const stops = await page.evaluate<number>(TAB_STOPS);
    await page.evaluate(NOTE_WHAT_IS_REACHED);
    for (let stop = 0; stop < stops + 10; stop += 1) await page.keyboard.press('Tab');
    assert.is(await page.evaluate(REACHED), stops);
  });
});

test.run();
