/** Who is let in, and when a link tries again. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Hello } from '../../src/messages.js';
import { createRandom } from '../../src/random.js';
import { backOffMs } from '../../src/transport/back-off.js';
import { LinkLimits } from '../../src/transport/limits.js';
import { nextWakeUp, report } from '../../src/transport/link-state.js';
import { receive, setFaults } from '../../src/transport/link.js';
import { advance, attachLife, createScene, helloOf, nodeOf, restart, settle } from './scene.js';
import type { Scene } from './scene.js';

const handshake = suite('transport: handshake');

/** The pauses until the link is connected, in order. */
function pausesUntilConnected(scene: Scene): number[] {
  const pauses: number[] = [];
  for (let next = nextWakeUp(scene.link); next !== null; next = nextWakeUp(scene.link)) {
    pauses.push(next - scene.now);
    advance(scene, next - scene.now);
  }
  return pauses;
}

handshake('both ends are told of each other once both have said hello', () => {
  const scene = createScene();
  attachLife(scene, 1, 10);
  assert.equal(nodeOf(scene, 1).news, [], 'nobody is dialled while an end is missing');
  attachLife(scene, 2, 20);
  assert.equal(nodeOf(scene, 1).news, [
    { kind: 'dial', attempt: 1 },
    { kind: 'connected', peer: helloOf(2, 20) },
  ]);
  assert.equal(nodeOf(scene, 2).news.at(-1), { kind: 'connected', peer: helloOf(1, 10) });
  assert.equal(report(scene.link), { state: 'connected', delivered: 0, dropped: 0, reconnects: 0 });
});

handshake('five refused handshakes, each after a longer pause, then connected', () => {
  const scene = createScene();
  setFaults(scene.link, { refuseHandshakes: 5 }, null, scene.now);
  attachLife(scene, 1, 10);
  attachLife(scene, 2, 20);
  assert.is(report(scene.link).state, 'connecting');
  const pauses = pausesUntilConnected(scene);
  assert.is(pauses.length, 5);
  for (let failure = 1; failure < pauses.length; failure += 1) {
    assert.ok((pauses[failure] ?? 0) > (pauses[failure - 1] ?? 0), `pauses ${pauses.join(', ')}`);
  }
  assert.is(report(scene.link).state, 'connected');
  assert.is(report(scene.link).reconnects, 0);
  assert.match(report(scene.link).lastError ?? '', /refused by an injected fault/);
  assert.is(nodeOf(scene, 1).news.filter(({ kind }) => kind === 'dial').length, 6);
});

handshake('refusals set for one direction refuse only hellos from that node', () => {
  const scene = createScene();
  setFaults(scene.link, { refuseHandshakes: 2 }, 2, scene.now);
  attachLife(scene, 1, 10);
  attachLife(scene, 2, 20);
  assert.match(report(scene.link).lastError ?? '', /node 2/);
  assert.is(pausesUntilConnected(scene).length, 2);
});

handshake('pauses stay below their maximum and start short again after a success', () => {
  const scene = createScene();
  setFaults(scene.link, { refuseHandshakes: 12 }, null, scene.now);
  attachLife(scene, 1, 10);
  attachLife(scene, 2, 20);
  const pauses = pausesUntilConnected(scene);
  assert.ok(Math.max(...pauses) <= LinkLimits.maxBackOffMs);
  assert.ok((pauses.at(-1) ?? 0) >= LinkLimits.maxBackOffMs * (1 - LinkLimits.backOffJitter));
  setFaults(scene.link, { refuseHandshakes: 1 }, null, scene.now);
  restart(scene, 2, 21);
  assert.ok((pausesUntilConnected(scene)[0] ?? Infinity) <= LinkLimits.initialBackOffMs);
});

handshake('two links that failed together do not retry together', () => {
  assert.is.not(backOffMs(3, createRandom(1)), backOffMs(3, createRandom(2)));
});

const wrongHellos: [string, Partial<Hello>, RegExp][] = [
  ['another cluster', { clusterId: 'green' }, /belongs to cluster green, but this is cluster blue/],
  ['another protocol version', { protocolVersion: 2 }, /protocol version 2, expected 1/],
  ['another node id', { member: { id: 7, incarnation: 'storage-2' } }, /node 7 answered where node 2/],
  ['a stale incarnation', { member: { id: 2, incarnation: 'lost' } }, /incarnation lost, expected storage-2/],
  ['an earlier life', { life: 19 }, /life 19, expected 20/],
];

for (const [what, wrong, reason] of wrongHellos) {
  handshake(`${what} is refused with its reason, and the right one is let in at the next attempt`, () => {
    const scene = createScene();
    attachLife(scene, 1, 10);
    const right = helloOf(2, 20);
    nodeOf(scene, 2).hello = null;
    attachLife(scene, 2, 20);
    const attempt = { kind: 'hello', attempt: scene.link.attempt, hello: { ...right, ...wrong } } as const;
    receive(scene.link, { end: 2, life: 20 }, attempt, scene.now);
    settle(scene);
    assert.is(report(scene.link).state, 'connecting');
    assert.match(report(scene.link).lastError ?? '', reason);
    nodeOf(scene, 2).hello = right;
    advance(scene, LinkLimits.maxBackOffMs);
    assert.is(report(scene.link).state, 'connected');
  });
}

handshake('a node that says nothing fails the attempt after the time-out, and its late hello does not count', () => {
  const scene = createScene();
  nodeOf(scene, 2).hello = null;
  attachLife(scene, 1, 10);
  attachLife(scene, 2, 20);
  advance(scene, LinkLimits.handshakeTimeoutMs - 1);
  assert.is(report(scene.link).lastError, undefined);
  advance(scene, 1);
  assert.match(report(scene.link).lastError ?? '', /no hello from node 2 within/);
  receive(scene.link, { end: 2, life: 20 }, { kind: 'hello', attempt: 1, hello: helloOf(2, 20) }, scene.now);
  assert.is(report(scene.link).state, 'connecting');
  advance(scene, LinkLimits.maxBackOffMs);
  receive(scene.link, { end: 2, life: 20 }, { kind: 'hello', attempt: 1, hello: helloOf(2, 20) }, scene.now);
  assert.is(report(scene.link).state, 'connecting', 'nor does it in the next attempt');
});

handshake.run();
