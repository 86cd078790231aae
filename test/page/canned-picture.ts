/** A picture as the service makes it, of a cluster of three, with whatever a test changes in it. */
import type { DirectionReport } from '../../src/index.js';
import type { NodePicture, Picture } from '../../src/service/picture.js';
import { createDirection } from '../../src/transport/direction.js';

export function node(id: number, changes: Partial<NodePicture> = {}): NodePicture {
  const indexes = { commitIndex: 100, appliedIndex: 100, lastLogIndex: 100, snapshotIndex: 0 };
  return { id, role: 'follower', voter: true, paused: false, term: 2, ...indexes, answers: true, ...changes };
}

export function direction(from: number, to: number, changes: Partial<DirectionReport> = {}): DirectionReport {
  const { kinds, cut, faults } = createDirection();
  return { from, to, delivered: 0, dropped: 0, queued: 0, kinds, cut, faults, ...changes };
}

export function picture(changes: Partial<Picture> = {}): Picture {
  return {
    ...{ at: 1_000, version: '1.2.3', readOnly: false, upMs: 10, engine: null, leader: 1, term: 2, healthy: true },
    ...{ reasons: [], metadata: null },
    nodes: [node(1, { role: 'leader' }), node(2), node(3)],
    links: [
      { ends: [1, 2], state: 'connected', reconnects: 0, directions: [direction(1, 2), direction(2, 1)] },
      { ends: [1, 3], state: 'connected', reconnects: 0, directions: [direction(1, 3), direction(3, 1)] },
      { ends: [2, 3], state: 'connected', reconnects: 0, directions: [direction(2, 3), direction(3, 2)] },
    ],
    client: {
      ...{ writesPending: 0, readsPending: 0, writesAnswered: 0, readsAnswered: 0 },
      ...{ writeLatency: null, readLatency: null },
    },
    ...changes,
  };
}
