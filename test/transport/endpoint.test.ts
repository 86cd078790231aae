/** A node's end of a link: whom it sends to, and how much before the link has taken it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { NodeToLink } from '../../src/messages.js';
import type { RaftMessage } from '../../src/raft/messages.js';
import { createEndpoint, type Endpoint } from '../../src/transport/endpoint.js';
import { LinkLimits } from '../../src/transport/limits.js';
import { heartbeat, helloOf } from './scene.js';

const suiteOfEndpoint = suite('transport: endpoint');

interface Recorded {
  readonly endpoint: Endpoint;
  readonly posted: NodeToLink[];
  readonly events: string[];
}

function createRecorded(): Recorded {
  const posted: NodeToLink[] = [];
  const events: string[] = [];
  const port = { postMessage: (value: NodeToLink): number => posted.push(value) };
  const endpoint = createEndpoint(helloOf(1, 10), port, {
    peerUp: ({ id }) => events.push(`up ${id}`),
    peerLost: ({ id }) => events.push(`lost ${id}`),
    peerDown: ({ id }) => events.push(`down ${id}`),
    message: ({ kind }) => events.push(kind),
  });
  return { endpoint, posted, events };
}

function toPeer(round: number): RaftMessage {
  return { ...heartbeat(1, round), to: helloOf(2, 20).member };
}

suiteOfEndpoint('answers a dial with its hello and that attempt', () => {
  const { endpoint, posted } = createRecorded();
  endpoint.receive({ kind: 'dial', attempt: 4 });
  assert.equal(posted, [{ kind: 'hello', attempt: 4, hello: helloOf(1, 10) }]);
});

suiteOfEndpoint('sends only while connected, to the life it is connected to, what is for its incarnation', () => {
  const { endpoint, posted, events } = createRecorded();
  endpoint.send([toPeer(1)]);
  assert.equal(posted, []);
  endpoint.receive({ kind: 'connected', peer: helloOf(2, 20) });
  const stale = { ...toPeer(2), to: { id: 2, incarnation: 'lost' } };
  endpoint.send([stale]);
  endpoint.send([stale, toPeer(3)]);
  assert.equal(posted, [{ kind: 'frame', toLife: 20, messages: [toPeer(3)] }]);
  endpoint.receive({ kind: 'disconnected', peer: 2, reason: 'broken' });
  endpoint.send([toPeer(4)]);
  assert.is(posted.length, 1);
  assert.equal(events, ['up 2', 'lost 2']);
});

suiteOfEndpoint('a death is told whether or not the connection was lost before', () => {
  const { endpoint, events } = createRecorded();
  const death = { kind: 'peerDown', member: helloOf(2, 20).member, life: 20 } as const;
  endpoint.receive({ kind: 'connected', peer: helloOf(2, 20) });
  endpoint.receive(death);
  endpoint.receive({ kind: 'connected', peer: helloOf(2, 20) });
  endpoint.receive({ kind: 'disconnected', peer: 2, reason: 'broken' });
  endpoint.receive(death);
  assert.equal(events, ['up 2', 'lost 2', 'down 2', 'up 2', 'lost 2', 'down 2']);
});

suiteOfEndpoint('drops what finds no credit, and goes on when the link has taken frames', () => {
  const { endpoint, posted } = createRecorded();
  endpoint.receive({ kind: 'connected', peer: helloOf(2, 20) });
  for (let round = 1; round <= LinkLimits.maxUntakenFrames + 10; round += 1) endpoint.send([toPeer(round)]);
  assert.is(posted.length, LinkLimits.maxUntakenFrames);
  endpoint.receive({ kind: 'credit', frames: 2 });
  for (let round = 1; round <= 10; round += 1) endpoint.send([toPeer(round)]);
  assert.is(posted.length, LinkLimits.maxUntakenFrames + 2);
});

suiteOfEndpoint('hands on the messages of a frame, and returns credit in batches', () => {
  const { endpoint, posted, events } = createRecorded();
  for (let frame = 1; frame <= LinkLimits.creditBatchFrames; frame += 1) {
    assert.equal(posted, []);
    endpoint.receive({ kind: 'frame', fromLife: 20, messages: [heartbeat(2, frame), heartbeat(2, frame)] });
  }
  assert.equal(posted, [{ kind: 'credit', frames: LinkLimits.creditBatchFrames }]);
  assert.is(events.length, 2 * LinkLimits.creditBatchFrames);
});

suiteOfEndpoint.run();
