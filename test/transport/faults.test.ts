/** Each fault of a direction by its rate; seeded, with bounds of several standard deviations. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LinkLimits } from '../../src/transport/limits.js';
import { directionsOf, nextWakeUp, report } from '../../src/transport/link-state.js';
import { heal, setFaults } from '../../src/transport/link.js';
import { advance, connectedScene, nodeOf, rounds, send, settle } from './scene.js';
import type { Scene } from './scene.js';

const faults = suite('transport: faults');
const MESSAGES = 2_000;

function sendMany(scene: Scene): readonly number[] {
  for (let first = 1; first <= MESSAGES; first += 10) {
    send(scene, 1, rounds(first, first + 9));
    advance(scene, 1);
  }
  advance(scene, 1_000);
  return nodeOf(scene, 2).received;
}

function overtakenIn(received: readonly number[]): number {
  return received.filter((round, position) => position > 0 && round < (received[position - 1] ?? 0)).length;
}

for (const seed of [1, 2, 3]) {
  faults(`a drop rate loses that part and keeps the order of the rest (seed ${seed})`, () => {
    const scene = connectedScene(seed);
    setFaults(scene.link, { dropRate: 0.3 }, null, scene.now);
    const received = sendMany(scene);
    assert.ok(Math.abs(received.length - 0.7 * MESSAGES) < 120, `${received.length} received`);
    assert.is(overtakenIn(received), 0);
    assert.is(report(scene.link).dropped, MESSAGES - received.length);
    assert.is(report(scene.link).delivered, received.length);
    const kinds = directionsOf(scene.link).flatMap((direction) => Object.entries(direction.kinds));
    assert.equal(
      kinds.filter(([, count]) => count > 0),
      [['heartbeat', received.length]],
      'counted by kind',
    );
  });

  faults(`a duplicate rate delivers that part twice, the second time later (seed ${seed})`, () => {
    const scene = connectedScene(seed);
    setFaults(scene.link, { duplicateRate: 0.2 }, null, scene.now);
    const received = sendMany(scene);
    assert.is(new Set(received).size, MESSAGES);
    assert.ok(Math.abs(received.length - 1.2 * MESSAGES) < 120, `${received.length} received`);
    assert.ok(overtakenIn(received) > 0);
  });

  faults(`a reorder rate lets later messages overtake and loses nothing (seed ${seed})`, () => {
    const scene = connectedScene(seed);
    setFaults(scene.link, { reorderRate: 0.1 }, null, scene.now);
    const received = sendMany(scene);
    assert.is(received.length, MESSAGES);
    assert.equal(
      [...received].sort((a, b) => a - b),
      rounds(1, MESSAGES),
    );
    const overtaken = overtakenIn(received);
    assert.ok(overtaken > 0.02 * MESSAGES && overtaken < 0.3 * MESSAGES, `${overtaken} overtaken`);
  });
}

faults('the same seed gives the same run', () => {
  const run = (seed: number): readonly number[] => {
    const scene = connectedScene(seed);
    setFaults(scene.link, { dropRate: 0.2, duplicateRate: 0.2, reorderRate: 0.2, delayMs: [1, 30] }, null, scene.now);
    return sendMany(scene);
  };
  assert.equal(run(5), run(5));
  assert.not.equal(run(5), run(6));
});

faults('a fixed delay delivers at its time, not before', () => {
  const scene = connectedScene();
  setFaults(scene.link, { delayMs: 40 }, null, scene.now);
  send(scene, 1, [1]);
  advance(scene, 39);
  assert.equal(nodeOf(scene, 2).received, []);
  advance(scene, 1);
  assert.equal(nodeOf(scene, 2).received, [1]);
  assert.is(nextWakeUp(scene.link), null);
});

faults('a delay drawn from a range stays within it and keeps the order', () => {
  const scene = connectedScene();
  setFaults(scene.link, { delayMs: [10, 50] }, null, scene.now);
  send(scene, 1, rounds(1, 100));
  advance(scene, 9);
  assert.is(nodeOf(scene, 2).received.length, 0);
  advance(scene, 41);
  assert.equal(nodeOf(scene, 2).received, rounds(1, 100));
  assert.ok(nodeOf(scene, 2).frames.length > 1, 'not all at the same time');
});

faults('faults of one direction leave the other alone, and later ones replace earlier ones', () => {
  const scene = connectedScene();
  setFaults(scene.link, { dropRate: 1 }, 1, scene.now);
  send(scene, 1, [1]);
  send(scene, 2, [2]);
  assert.equal([nodeOf(scene, 1).received, nodeOf(scene, 2).received], [[2], []]);
  setFaults(scene.link, { delayMs: 5 }, 1, scene.now);
  send(scene, 1, [3]);
  advance(scene, 5);
  assert.equal(nodeOf(scene, 2).received, [3]);
});

faults('heal clears every fault and delivers at once what they held back', () => {
  const scene = connectedScene();
  setFaults(
    scene.link,
    { delayMs: 60_000, duplicateRate: 1, refuseHandshakes: 3, closeAfterMessages: 9 },
    null,
    scene.now,
  );
  send(scene, 1, [1]);
  heal(scene.link, scene.now);
  settle(scene);
  assert.equal(nodeOf(scene, 2).received, [1, 1]);
  send(scene, 1, rounds(2, 20));
  assert.equal(nodeOf(scene, 2).received, [1, 1, ...rounds(2, 20)]);
  assert.is(report(scene.link).state, 'connected');
});

faults('a shorter delay holds at once for what is sent after it', () => {
  const scene = connectedScene();
  setFaults(scene.link, { delayMs: 60_000 }, null, scene.now);
  send(scene, 1, [1]);
  setFaults(scene.link, { delayMs: 5 }, null, scene.now);
  settle(scene);
  send(scene, 1, [2]);
  advance(scene, 5);
  assert.equal(nodeOf(scene, 2).received, [1, 2]);
});

faults('heal ends a pause between two attempts', () => {
  const scene = connectedScene();
  setFaults(scene.link, { refuseHandshakes: 100, closeAfterMessages: 1 }, null, scene.now);
  send(scene, 1, [1]);
  advance(scene, 5 * LinkLimits.maxBackOffMs);
  assert.is(report(scene.link).state, 'connecting');
  heal(scene.link, scene.now);
  settle(scene);
  assert.is(report(scene.link).state, 'connected');
});

faults.run();
