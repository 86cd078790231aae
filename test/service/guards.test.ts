/** Who may ask what: hosts, origins, tokens, sizes, types, rates; and what is left when the service is closed. */
import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCluster, type Cluster } from '../../src/index.js';
import { createRateLimit } from '../../src/service/rate-limit.js';
import { eventually, withDeadline } from '../support/deadline.js';
import { ask, codeIn, withService, type Answer } from '../support/service.js';
import { countOpenHandles, countWorkerThreads } from '../support/threads.js';

const test = suite('guards of the service');

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster({ nodes: 1 });
});
test.after(() => cluster.stop());

const broker = { body: { id: 1, addr: '127.0.0.1:9092' } };

function assertRefused(answer: Answer, status: number, code: string): void {
  assert.equal([answer.status, codeIn(answer)], [status, code], answer.text);
}

test('every answer says that it is not to be kept, what it is, and whose', async () => {
  await withService(cluster, {}, async (service) => {
    for (const call of ['GET /v1/topics', 'GET /v1/nothing', 'GET /livez']) {
      const { headers } = await ask(service, call);
      assert.equal([headers['cache-control'], headers['x-content-type-options']], ['no-store', 'nosniff'], call);
      assert.is(headers['conclave-version'], '1.2.3');
    }
    assert.match((await ask(service, 'GET /v1/topics')).headers['content-type'] ?? '', 'application/json');
  });
});

test('a foreign host is refused, everywhere: a name that somebody else points here', async () => {
  await withService(cluster, {}, async (service) => {
    const { port, host } = new URL(service.url);
    const call = (Host: string, path = '/v1/status'): Promise<Answer> =>
      ask(service, `GET ${path}`, { headers: { Host } });
    for (const own of [host, `localhost:${port}`, `LOCALHOST:${port}`, '[::1]:80', 'localhost', '127.0.0.1:8080']) {
      assert.is((await call(own)).status, 200, own);
    }
    for (const foreign of [
      'evil.example',
      `evil.example:${port}`,
      '10.0.0.1',
      'localhost.evil.example',
      '127.0.0.1.nip.io',
    ]) {
      assertRefused(await call(foreign), 403, 'Forbidden');
      assertRefused(await call(foreign, '/livez'), 403, 'Forbidden');
    }
    for (const broken of ['a b', 'user@localhost', '[::1', 'localhost:99999']) {
      const { status } = await call(broken);
      assert.ok(status === 400 || status === 403, `${broken}: ${status}`);
    }
    assertRefused(await ask(service, 'GET http://evil.example/v1/status'), 403, 'Forbidden');
  });
});

test('listening everywhere, it is any of its numbers, and no name but localhost', async () => {
  await withService(cluster, { host: '0.0.0.0', token: 't' }, async (service) => {
    const status = async (Host: string): Promise<number> =>
      (await ask(service, 'GET /v1/status', { headers: { Host, Authorization: 'Bearer t' } })).status;
    assert.equal(await Promise.all(['10.1.2.3:80', '[fe80::1]', 'localhost'].map(status)), [200, 200, 200]);
    assert.is(await status('evil.example'), 403);
  });
});

test('a page of another site is refused, whatever it asks; one of our own is not', async () => {
  await withService(cluster, {}, async (service) => {
    const call = (headers: OutgoingHttpHeaders, path = 'GET /v1/status'): Promise<Answer> =>
      ask(service, path, { headers });
    assert.is((await call({ Origin: service.url })).status, 200);
    assert.is((await call({ 'Sec-Fetch-Site': 'same-origin' })).status, 200);
    assert.is((await call({ 'Sec-Fetch-Site': 'none' })).status, 200);
    for (const Origin of ['http://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost', 'nonsense']) {
      assertRefused(await call({ Origin }), 403, 'Forbidden');
      assertRefused(await call({ Origin }, 'OPTIONS /v1/topics'), 403, 'Forbidden');
      assertRefused(await ask(service, 'POST /v1/brokers', { ...broker, headers: { Origin } }), 403, 'Forbidden');
    }
    for (const site of ['cross-site', 'same-site']) {
      assertRefused(await call({ 'Sec-Fetch-Site': site }), 403, 'Forbidden');
    }
    assert.equal(await cluster.store().listBrokers(), []);
  });
});

test('without the token everything is 401 but what tells whether it runs', async () => {
  await withService(cluster, { token: 'a secret' }, async (service) => {
    const call = (path: string, Authorization?: string): Promise<Answer> =>
      ask(service, path, { headers: Authorization === undefined ? {} : { Authorization } });
    for (const path of ['GET /v1/status', 'GET /v1/events', 'GET /v1/nothing', 'POST /v1/heal', 'DELETE /livez/']) {
      for (const given of [undefined, 'Bearer ', 'Bearer a', 'Bearer a secret2', 'Basic a secret', 'a secret']) {
        const answer = await call(path, given);
        assertRefused(answer, 401, 'Unauthorized');
        assert.is(answer.headers['www-authenticate'], 'Bearer');
      }
    }
    assert.is((await call('GET /v1/status', 'Bearer a secret')).status, 200);
    assert.equal([(await call('GET /livez')).status, (await call('GET /readyz')).status], [200, 200]);
  });
});

test('read-only: looks, and no change', async () => {
  await withService(cluster, { readOnly: true }, async (service) => {
    const { body } = await ask(service, 'GET /v1/status');
    assert.is((body as { readOnly: boolean }).readOnly, true);
    assertRefused(await ask(service, 'POST /v1/brokers', broker), 403, 'ReadOnly');
    for (const call of ['POST /v1/nodes/1/kill', 'DELETE /v1/topics/x', 'PATCH /v1/brokers/1', 'POST /v1/nothing']) {
      assertRefused(await ask(service, call), 403, 'ReadOnly');
    }
    assert.is((await cluster.status()).healthy, true);
  });
});

test('a body: JSON, an object, and within bounds, told or not', async () => {
  await withService(cluster, { limits: { bodyBytes: 1_000 } }, async (service) => {
    const post = (body: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> =>
      ask(service, 'POST /v1/brokers', { body, headers });
    const chunked = { 'Transfer-Encoding': 'chunked', 'Content-Length': [] };
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', '', 'application/jsonx']) {
      assertRefused(await post('{}', { 'Content-Type': type }), 415, 'UnsupportedMediaType');
    }
    for (const body of ['{', '[]', 'null', '7', '"x"', '{"a":1}}', '\u0000']) {
      assertRefused(await post(body), 400, 'InvalidArgument');
    }
    const long = JSON.stringify({ id: 1, addr: 'x'.repeat(1_000) });
    assertRefused(await post(long), 413, 'TooLarge');
    assertRefused(await post(long, chunked), 413, 'TooLarge');
    assertRefused(await ask(service, 'DELETE /v1/topics/x', { body: long }), 413, 'TooLarge');
    assertRefused(await post('{}', { ...chunked, 'Content-Type': 'text/plain' }), 415, 'UnsupportedMediaType');
    const known = await post(JSON.stringify(broker.body), {
      ...chunked,
      'Content-Type': 'Application/JSON; charset=utf-8',
    });
    assert.is(known.status, 201, known.text);
    await cluster.store().unregisterBroker(1);
  });
});

test('too many requests of one address are 429, and say when to come again', async () => {
  const limits = { burstRequests: 5, requestsPerSecond: 0.001 };
  await withService(cluster, { limits }, async (service) => {
    for (let asked = 0; asked < 5; asked += 1) assert.is((await ask(service, 'GET /livez')).status, 200);
    const answer = await ask(service, 'GET /livez');
    assertRefused(answer, 429, 'Overloaded');
    assert.is(answer.headers['retry-after'], '1');
  });
});

test('the rate: a burst, then so many a second, each address for itself, and not for ever', () => {
  let now = 0;
  const take = createRateLimit({ burstRequests: 2, requestsPerSecond: 1, addresses: 2 }, () => now);
  assert.equal([take('a'), take('a'), take('a'), take('b')], [true, true, false, true]);
  for (const [atMs, expected] of [
    [600, false],
    [999, false],
    [1_000, true],
    [1_001, false],
    [90_000, true],
  ] as const) {
    now = atMs;
    assert.is(take('a'), expected, `at ${atMs} ms`);
  }
  assert.equal([take('a'), take('a')], [true, false], 'no more than a burst, however long it was silent');
  take('c');
  take('d');
  assert.equal([take('a'), take('a')], [true, true], 'forgotten since');
});

test('what is no HTTP gets an answer of 400, and the service goes on', async () => {
  await withService(cluster, {}, async (service) => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    let got = '';
    socket.setEncoding('utf8').on('data', (text: string) => (got += text));
    socket.write('\u0016\u0003\u0001 not HTTP at all\r\n\r\n');
    await withDeadline('end of the connection', 10_000, once(socket, 'close'));
    assert.match(got, /^HTTP\/1\.1 400 /);
    assert.is((await ask(service, 'GET /livez')).status, 200);
  });
});

test('an address that is taken is an error that says so', async () => {
  await withService(cluster, {}, async ({ url }) => {
    const again = withService(cluster, { port: Number(new URL(url).port) }, () => Promise.resolve('served'));
    assert.is(await again.catch((error: unknown) => (error as { code: string }).code), 'EADDRINUSE');
  });
});

test('closed, it is gone: no handle, no thread, also with connections open and twice', async () => {
  const threads = countWorkerThreads();
  const handles = countOpenHandles() ?? 0;
  for (let round = 0; round < 3; round += 1) {
    await withService(cluster, {}, async (service) => {
      const idle = connect(Number(new URL(service.url).port), '127.0.0.1');
      idle.on('error', () => undefined);
      await once(idle, 'connect');
      assert.is((await ask(service, 'GET /v1/status')).status, 200);
      await Promise.all([service.close(), service.close(), once(idle, 'close')]);
      const refused = await ask(service, 'GET /livez').catch((error: unknown) => (error as { code: string }).code);
      assert.is(refused, 'ECONNREFUSED');
    });
  }
  // Those of earlier tests may only now be gone.
  await eventually(() => (countOpenHandles() ?? 0) <= handles, 'all handles are closed');
  assert.is(countWorkerThreads(), threads);
});

test.run();
