/**
 * A raft-node's end of one link: answers the link's dialling, remembers who is at the other end, and bounds what it
 * posts by the credit the link has returned. What finds no credit is dropped: Raft sends it again. Not the link itself
 * (`link.ts`).
 */
import type { Hello, LinkToNode, NodeToLink } from '../messages.js';
import type { Member, RaftMessage } from '../raft/messages.js';
import { LinkLimits } from './limits.js';

interface Port {
  postMessage(value: NodeToLink): void;
}

/** What a message from the link means to the node. */
export interface EndpointEvents {
  peerUp(peer: Member): void;
  peerLost(peer: Member): void;
  /** The threads of the peer have ended. */
  peerDown(peer: Member): void;
  message(message: RaftMessage): void;
}

export interface Endpoint {
  receive(message: LinkToNode): void;
  send(messages: readonly RaftMessage[]): void;
}

export function createEndpoint(hello: Hello, port: Port, events: EndpointEvents): Endpoint {
  let peer: Hello | null = null;
  let untakenFrames = 0;
  let uncreditedFrames = 0;

  const lose = (): void => {
    if (peer === null) return;
    const { member } = peer;
    peer = null;
    events.peerLost(member);
  };
  const takeFrame = (frame: Extract<LinkToNode, { kind: 'frame' }>): void => {
    uncreditedFrames += 1;
    if (uncreditedFrames >= LinkLimits.creditBatchFrames) {
      port.postMessage({ kind: 'credit', frames: uncreditedFrames });
      uncreditedFrames = 0;
    }
    for (const message of frame.messages) events.message(message);
  };

  return {
    receive(message) {
      switch (message.kind) {
        case 'dial':
          port.postMessage({ kind: 'hello', attempt: message.attempt, hello });
          return;
        case 'connected':
          peer = message.peer;
          events.peerUp(message.peer.member);
          return;
        case 'disconnected':
          lose();
          return;
        case 'peerDown':
          lose();
          events.peerDown(message.member);
          return;
        case 'frame':
          takeFrame(message);
          return;
        case 'credit':
          untakenFrames -= message.frames;
          return;
      }
    },
    send(messages) {
      if (peer === null || untakenFrames >= LinkLimits.maxUntakenFrames) return;
      const { life, member } = peer;
      // Messages to an earlier incarnation of the peer have nobody left to reach.
      const addressed = messages.filter((message) => message.to.incarnation === member.incarnation);
      if (addressed.length === 0) return;
      untakenFrames += 1;
      port.postMessage({ kind: 'frame', toLife: life, messages: addressed });
    },
  };
}
