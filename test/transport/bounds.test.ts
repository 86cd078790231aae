/** Credits and queues: a link never holds more than its limits, whatever its ends do. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RaftMessage } from '../../src/raft/messages.js';
import { LinkLimits } from '../../src/transport/limits.js';
import { report } from '../../src/transport/link-state.js';
import { receive, setFaults } from '../../src/transport/link.js';
import { estimateBytes, groupByPeer } from '../../src/transport/packing.js';
import { advance, connectedScene, giveCredit, heartbeat, nodeOf, restart, rounds, send, settle } from './scene.js';

const bounds = suite('transport: bounds');
const { maxUncreditedFrames, maxQueuedMessages, maxQueuedBytes, maxMessagesPerFrame, creditBatchFrames } = LinkLimits;

function appendOf(bytes: number): RaftMessage {
  const member = { id: 1, incarnation: '' };
  const run = { firstIndex: 1, term: 1, count: 1, data: new Uint8Array(bytes) };
  const place = { previousIndex: 0, previousTerm: 0, commitIndex: 0 };
  return { kind: 'appendEntries', from: member, to: member, term: 1, runs: [run], ...place };
}

bounds('a paused receiver gets no more frames than its credit, and the rest in order once it takes them', () => {
  const scene = connectedScene();
  const receiver = nodeOf(scene, 2);
  receiver.paused = true;
  for (let round = 1; round <= maxUncreditedFrames + 1_000; round += 1) send(scene, 1, [round]);
  assert.is(receiver.frames.length, maxUncreditedFrames);
  receiver.paused = false;
  giveCredit(scene, 2, maxUncreditedFrames);
  assert.equal(receiver.received, rounds(1, maxUncreditedFrames + 1_000));
  assert.ok(Math.max(...receiver.frames) <= maxMessagesPerFrame);
});

bounds('the other direction of a paused receiver goes on', () => {
  const scene = connectedScene();
  nodeOf(scene, 2).paused = true;
  for (let round = 1; round <= 2 * maxUncreditedFrames; round += 1) send(scene, 1, [round]);
  for (let round = 1; round <= 2 * maxUncreditedFrames; round += 1) send(scene, 2, [round]);
  assert.is(nodeOf(scene, 1).frames.length, 2 * maxUncreditedFrames);
});

bounds('a full queue drops its oldest messages and counts them', () => {
  const scene = connectedScene();
  const receiver = nodeOf(scene, 2);
  receiver.paused = true;
  const last = maxUncreditedFrames + maxQueuedMessages + 500;
  for (let round = 1; round <= last; round += 1) send(scene, 1, [round]);
  assert.is(scene.link.ends[0].outgoing.queue.length, maxQueuedMessages);
  assert.is(report(scene.link).dropped, 500);
  receiver.paused = false;
  giveCredit(scene, 2, maxUncreditedFrames);
  assert.equal(receiver.received, [...rounds(1, maxUncreditedFrames), ...rounds(maxUncreditedFrames + 501, last)]);
});

bounds('a queue is bounded in bytes too, but a message larger than the bound still passes', () => {
  const scene = connectedScene();
  setFaults(scene.link, { delayMs: 10 }, null, scene.now);
  const mebibyte = 1024 * 1024;
  const messages = Array.from({ length: 40 }, () => appendOf(mebibyte));
  receive(scene.link, { end: 1, life: 10 }, { kind: 'frame', toLife: 20, messages }, scene.now);
  const { outgoing } = scene.link.ends[0];
  assert.ok(outgoing.queuedBytes <= maxQueuedBytes && outgoing.queuedBytes > maxQueuedBytes - 2 * mebibyte);
  const huge = { kind: 'frame', toLife: 20, messages: [appendOf(maxQueuedBytes + 1)] } as const;
  receive(scene.link, { end: 1, life: 10 }, huge, scene.now);
  assert.is(outgoing.queue.length, 1);
  advance(scene, 10);
  settle(scene);
  assert.is(nodeOf(scene, 2).received.length, 1);
  assert.is(outgoing.queuedBytes, 0);
});

bounds('the sender gets credit for every frame it sent, in batches', () => {
  const scene = connectedScene();
  for (let round = 1; round <= 3 * creditBatchFrames + 1; round += 1) send(scene, 1, [round]);
  const credits = nodeOf(scene, 1).news.filter((message) => message.kind === 'credit');
  assert.equal(
    credits,
    Array.from({ length: 3 }, () => ({ kind: 'credit', frames: creditBatchFrames })),
  );
});

bounds('a new life starts with its full credit', () => {
  const scene = connectedScene();
  nodeOf(scene, 2).paused = true;
  for (let round = 1; round <= maxUncreditedFrames; round += 1) send(scene, 1, [round]);
  restart(scene, 2, 21);
  send(scene, 1, [1_000], { from: 10, to: 21 });
  assert.is(nodeOf(scene, 2).received.at(-1), 1_000);
});

bounds('messages of a turn are grouped by receiver and keep their order', () => {
  const messages = [heartbeat(1, 1), heartbeat(2, 2), heartbeat(1, 3)];
  const groups = groupByPeer(messages);
  assert.equal([...groups.keys()], [2, 1]);
  assert.equal(groups.get(2), [messages[0], messages[2]]);
});

bounds('the size of a message follows its entries', () => {
  assert.is(estimateBytes(appendOf(5_000)) - estimateBytes(appendOf(0)), 5_000);
  assert.ok(estimateBytes(heartbeat(1, 1)) > 0);
});

bounds.run();
