/** Breaks, cuts and deaths: what each does to messages on their way, and who is told. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LinkLimits } from '../../src/transport/limits.js';
import { nextWakeUp, report } from '../../src/transport/link-state.js';
import { cut, heal, receive, setFaults } from '../../src/transport/link.js';
import {
  advance,
  attachLife,
  connectedScene,
  end,
  helloOf,
  heartbeat,
  nodeOf,
  restart,
  rounds,
  send,
  settle,
} from './scene.js';
import type { Scene } from './scene.js';

const connection = suite('transport: connection');

function kindsOf(scene: Scene, id: number): string[] {
  return nodeOf(scene, id).news.map(({ kind }) => kind);
}

connection('a connection that breaks in the middle of a frame reconnects and loses or doubles nothing', () => {
  const scene = connectedScene();
  setFaults(scene.link, { closeAfterMessages: 7 }, null, scene.now);
  send(scene, 1, rounds(1, 4));
  send(scene, 1, rounds(5, 10));
  assert.equal(nodeOf(scene, 2).received, rounds(1, 7));
  assert.is(report(scene.link).state, 'connecting');
  send(scene, 1, rounds(11, 12));
  assert.equal(nodeOf(scene, 2).received, rounds(1, 7), 'nothing passes while it is broken');
  advance(scene, LinkLimits.initialBackOffMs);
  assert.equal(nodeOf(scene, 2).received, rounds(1, 12));
  send(scene, 1, rounds(13, 40));
  assert.equal(nodeOf(scene, 2).received, rounds(1, 40), 'it breaks once');
  assert.equal(report(scene.link), {
    state: 'connected',
    delivered: 40,
    dropped: 0,
    reconnects: 1,
    lastError: 'closed by an injected fault',
  });
  for (const id of [1, 2]) {
    assert.equal(kindsOf(scene, id).slice(2, 5), ['disconnected', 'dial', 'connected']);
  }
});

connection('a break counts the messages of both directions, or of one where it was set for one', () => {
  const both = connectedScene();
  setFaults(both.link, { closeAfterMessages: 5 }, null, both.now);
  send(both, 1, rounds(1, 3));
  send(both, 2, rounds(1, 3));
  assert.equal([nodeOf(both, 1).received, nodeOf(both, 2).received], [rounds(1, 2), rounds(1, 3)]);
  const one = connectedScene();
  setFaults(one.link, { closeAfterMessages: 5 }, 1, one.now);
  send(one, 2, rounds(1, 9));
  send(one, 1, rounds(1, 4));
  assert.is(report(one.link).state, 'connected');
  send(one, 1, [5]);
  assert.is(report(one.link).state, 'connecting');
});

connection('frames that come while the connection is broken wait for the next one', () => {
  const scene = connectedScene();
  setFaults(scene.link, { closeAfterMessages: 3 }, null, scene.now);
  send(scene, 1, rounds(1, 3));
  send(scene, 1, rounds(4, 6));
  assert.equal(nodeOf(scene, 2).received, rounds(1, 3));
  advance(scene, LinkLimits.initialBackOffMs);
  assert.equal(nodeOf(scene, 2).received, rounds(1, 6));
});

connection('the end of a life is told to the other end at once, and only if it was connected to it', () => {
  const scene = connectedScene();
  end(scene, 2, 20);
  assert.equal(nodeOf(scene, 1).news.at(-1), { kind: 'peerDown', member: helloOf(2, 20).member, life: 20 });
  nodeOf(scene, 2).hello = null;
  attachLife(scene, 2, 21);
  end(scene, 2, 21);
  assert.is(kindsOf(scene, 1).filter((kind) => kind === 'peerDown').length, 1);
  assert.is(report(scene.link).state, 'connecting');
  assert.is(nextWakeUp(scene.link), null, 'nothing to do until a new life is attached');
  restart(scene, 2, 22);
  assert.equal(nodeOf(scene, 1).news.at(-1), { kind: 'connected', peer: helloOf(2, 22) });
  assert.is(report(scene.link).reconnects, 1);
});

connection('a new life ends the one before it, whose late messages and close change nothing', () => {
  const scene = connectedScene();
  restart(scene, 2, 21);
  assert.equal(kindsOf(scene, 1), ['dial', 'connected', 'peerDown', 'dial', 'connected']);
  end(scene, 2, 20);
  receive(scene.link, { end: 2, life: 20 }, { kind: 'credit', frames: 5 }, scene.now);
  send(scene, 2, rounds(1, 3), { from: 20, to: 10 });
  assert.is(report(scene.link).state, 'connected');
  assert.equal(nodeOf(scene, 1).received, []);
  assert.is(report(scene.link).dropped, 3);
});

connection('a new life hears nothing of a peer that only the life before it was connected to', () => {
  const scene = connectedScene();
  end(scene, 1, 10);
  nodeOf(scene, 1).hello = null;
  attachLife(scene, 1, 11);
  nodeOf(scene, 1).news = [];
  end(scene, 2, 20);
  assert.equal(nodeOf(scene, 1).news, []);
});

connection('what was meant for a life that ended, or came from it, is discarded', () => {
  const scene = connectedScene();
  setFaults(scene.link, { delayMs: 50 }, null, scene.now);
  send(scene, 1, rounds(1, 3));
  send(scene, 2, rounds(4, 5));
  restart(scene, 2, 21);
  send(scene, 1, rounds(6, 9), { from: 10, to: 20 });
  advance(scene, 100);
  assert.equal([nodeOf(scene, 1).received, nodeOf(scene, 2).received], [[], []]);
  assert.is(report(scene.link).dropped, 9);
  send(scene, 1, [10], { from: 10, to: 21 });
  advance(scene, 100);
  assert.equal(nodeOf(scene, 2).received, [10]);
});

connection('a new port of the same life connects again and is no death', () => {
  const scene = connectedScene();
  attachLife(scene, 2, 20);
  assert.equal(kindsOf(scene, 1), ['dial', 'connected', 'dial', 'connected']);
});

connection('cut, drop, delay and break are never told as a death', () => {
  const scene = connectedScene();
  setFaults(scene.link, { dropRate: 1, delayMs: 5, closeAfterMessages: 1 }, null, scene.now);
  send(scene, 1, rounds(1, 5));
  setFaults(scene.link, { closeAfterMessages: 1 }, null, scene.now);
  send(scene, 1, rounds(1, 5));
  cut(scene.link, null);
  settle(scene);
  advance(scene, 10_000);
  heal(scene.link, scene.now);
  settle(scene);
  assert.not.ok([...kindsOf(scene, 1), ...kindsOf(scene, 2)].includes('peerDown'));
  assert.is(report(scene.link).state, 'connected');
});

connection('a cut of one direction drops that direction only, and tells nobody', () => {
  const scene = connectedScene();
  cut(scene.link, 1);
  settle(scene);
  send(scene, 1, rounds(1, 3));
  send(scene, 2, rounds(4, 6));
  assert.equal([nodeOf(scene, 1).received, nodeOf(scene, 2).received], [rounds(4, 6), []]);
  assert.equal(report(scene.link), { state: 'cut', delivered: 3, dropped: 3, reconnects: 0 });
  heal(scene.link, scene.now);
  settle(scene);
  send(scene, 1, rounds(7, 8));
  assert.equal(nodeOf(scene, 2).received, [7, 8], 'the connection goes on: the lives are the same');
  assert.is(report(scene.link).reconnects, 0);
  assert.equal(kindsOf(scene, 1), ['dial', 'connected']);
});

connection('a cut drops what is on its way, and keeps handshakes from passing until it heals', () => {
  const scene = connectedScene();
  setFaults(scene.link, { delayMs: 50 }, null, scene.now);
  send(scene, 1, rounds(1, 3));
  cut(scene.link, 1);
  assert.is(report(scene.link).dropped, 3);
  restart(scene, 1, 11);
  advance(scene, 60_000);
  assert.is(kindsOf(scene, 2).filter((kind) => kind === 'dial').length, 1);
  assert.is(report(scene.link).state, 'cut');
  heal(scene.link, scene.now);
  settle(scene);
  assert.is(report(scene.link).state, 'connected');
});

connection(
  'news of a death does not pass a cut: it comes when the cut heals, before the next life is connected',
  () => {
    const scene = connectedScene();
    cut(scene.link, 2);
    restart(scene, 2, 21);
    assert.equal(kindsOf(scene, 1), ['dial', 'connected']);
    heal(scene.link, scene.now);
    settle(scene);
    assert.equal(kindsOf(scene, 1).slice(2), ['peerDown', 'dial', 'connected']);
  },
);

connection('a hello on its way does not pass a cut', () => {
  const scene = connectedScene();
  nodeOf(scene, 2).hello = null;
  attachLife(scene, 2, 21);
  cut(scene.link, 1);
  const hello = { kind: 'hello', attempt: scene.link.attempt, hello: helloOf(2, 21) } as const;
  receive(scene.link, { end: 2, life: 21 }, hello, scene.now);
  settle(scene);
  assert.is(report(scene.link).reconnects, 0);
  assert.is(kindsOf(scene, 2).filter((kind) => kind === 'connected').length, 1);
});

connection('a frame that nothing hinders leaves in the same call, as it came', () => {
  const scene = connectedScene();
  const messages = [heartbeat(1, 1), heartbeat(1, 2)];
  receive(scene.link, { end: 1, life: 10 }, { kind: 'frame', toLife: 20, messages }, scene.now);
  const [post] = scene.link.posts;
  assert.is(post?.end, 2);
  assert.ok(post?.message.kind === 'frame' && post.message.messages === messages && post.message.fromLife === 10);
});

connection.run();
