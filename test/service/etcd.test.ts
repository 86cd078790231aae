/** The service of a store in etcd: what it streams, what the live page is told, and the page itself in a browser. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { connectStore, type ClusterEvent, type ConnectedStore, type EtcdStatus } from '../../src/index.js';
import type { Picture } from '../../src/service/picture.js';
import { findChromium, openBrowser, withPage } from '../support/browser.js';
import { registerBrokers } from '../support/clusters.js';
import { eventually } from '../support/deadline.js';
import type { EtcdCluster } from '../support/etcd-cluster.js';
import { Events } from '../support/event-reader.js';
import { ask, codeIn, withService } from '../support/service.js';
import { onEtcd } from '../support/stores-in-etcd.js';

const test = suite('service of a store in etcd');
const withEtcd = onEtcd(test, 'the service of a store in etcd', { size: 1 });
const executable = findChromium();

async function withStore(
  etcd: EtcdCluster,
  prefix: string,
  body: (store: ConnectedStore) => Promise<void>,
): Promise<void> {
  const patient = { brokerSessionTimeoutMs: 600_000 };
  const store = await connectStore({ engine: 'etcd', endpoints: etcd.endpoints, prefix, ...patient });
  try {
    await body(store);
  } finally {
    await store.close();
  }
}

withEtcd('streams tell who leads, health, status and metadata', (etcd) =>
  withStore(etcd, '/streams', async (store) => {
    await withService(store, {}, async (service) => {
      const events = await Events.open(service);
      const kinds = (): string[] => events.of<ClusterEvent>('cluster').map(({ kind }) => kind);
      await eventually(() => kinds().includes('controller') && kinds().includes('health'), 'how it stands');
      const { writer } = await store.status();
      // A store takes writes as soon as its claim is in the log; that nobody leads may be told for an instant before.
      const isLed = (): boolean =>
        events.of<ClusterEvent>('cluster').some(({ kind, ...told }) => {
          return kind === 'controller' && told['writer'] === writer && told['here'] === true;
        });
      await eventually(isLed, 'it is told that this process leads');
      await eventually(() => events.of('status').length > 0, 'a status');
      assert.is(events.of<EtcdStatus>('status')[0]?.engine, 'etcd');
      await registerBrokers(store, 1);
      await eventually(() => events.of('metadata').length > 0, 'a broker');
      await must(etcd.members[0], 'the only one').kill();
      const isUnwell = (): boolean => events.of<ClusterEvent>('cluster').at(-1)?.['healthy'] === false;
      await eventually(isUnwell, 'it is told that etcd is gone');
      assert.is((await ask(service, 'GET /readyz')).status, 503);
      assert.is((await ask(service, 'GET /v1/browse/brokers')).status, 200, 'what is applied is still to be seen');
      await must(etcd.members[0], 'the only one').start();
      await eventually(async () => (await ask(service, 'GET /readyz')).status === 200, 'it is ready again', 30_000);
      events.close();
    });
    assert.equal(await store.listTopics(), [], 'the store goes on without its service');
  }),
);

withEtcd('a store that has ended is told by its code', async (etcd) => {
  const store = await connectStore({ engine: 'etcd', endpoints: etcd.endpoints, prefix: '/ended' });
  await withService(store, {}, async (service) => {
    const events = await Events.open(service, '?include=status,picture');
    await store.close();
    const answer = await ask(service, 'GET /readyz');
    assert.equal([answer.status, codeIn(answer)], [503, 'Stopped']);
    events.close();
  });
});

withEtcd('pictures have no nodes and links, but where the log is', (etcd) =>
  withStore(etcd, '/pictures', async (store) => {
    await eventually(async () => (await store.status()).healthy, 'a store that is well');
    // Judged once: what is counted must not wait for the next judgement.
    await withService(store, { limits: { pictureHealthMs: 600_000 } }, async (service) => {
      const events = await Events.open(service, '?include=picture');
      await eventually(() => events.of<Picture>('picture').at(-1)?.healthy === true, 'a healthy picture');
      const { engine, nodes, links, leader } = must(events.of<Picture>('picture').at(-1), 'a picture');
      assert.equal([nodes, links, leader], [[], [], null]);
      assert.is(must(engine, 'it says which').controller, (await store.status()).writer);
      await store.registerBroker({ id: 1, addr: 'a:1' });
      const applied = (): number => events.of<Picture>('picture').at(-1)?.engine?.appliedIndex ?? 0;
      await eventually(async () => applied() >= (await store.status()).head.index, 'what is applied is counted');
      events.close();
    });
  }),
);

const title = 'the page shows its metadata, and the engine in place of a ring';
if (executable === null) {
  console.log('skipped: the live page of a store in etcd: there is no chromium on PATH');
  test.skip(title);
} else {
  withEtcd(title, (etcd) =>
    withStore(etcd, '/page', async (store) => {
      await registerBrokers(store, 3);
      const browser = await openBrowser(executable);
      try {
        await withService(store, {}, ({ url }) =>
          withPage(browser, { url, expected: /^$/ }, async (page) => {
            await page.getByText('✓ healthy').waitFor();
            assert.is(await page.locator('#leader').innerText(), 'this process');
            await page.getByText('its members are managed with etcdctl').waitFor();
            await page.getByRole('textbox', { name: 'Name' }).fill('orders');
            await page.getByRole('button', { name: 'Create', exact: true }).click();
            await page.getByRole('heading', { name: 'Partitions of orders' }).waitFor();
            assert.is(await page.getByRole('button', { name: /^Kill/ }).count(), 0);
          }),
        );
      } finally {
        await browser.close();
      }
    }),
  );
}

test.run();
