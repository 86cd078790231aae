/**
 * Who may stand at an end of a link. A node says who it is; the link was told whom to expect, and refuses everybody
 * else: another cluster, another version of the protocol, another node, a storage that is gone, a run that has ended.
 */
import type { Hello } from '../messages.js';

/** Why this hello is refused, as a sentence for people; null when it is the expected one. */
export function reasonToRefuse(hello: Hello, expected: Hello): string | null {
  const node = expected.member.id;
  if (hello.clusterId !== expected.clusterId) {
    return `node ${node} says it belongs to cluster ${hello.clusterId}, but this is cluster ${expected.clusterId}`;
  }
  if (hello.protocolVersion !== expected.protocolVersion) {
    return `node ${node} speaks protocol version ${hello.protocolVersion}, expected ${expected.protocolVersion}`;
  }
  if (hello.member.id !== node) return `node ${hello.member.id} answered where node ${node} was expected`;
  const { incarnation } = expected.member;
  if (hello.member.incarnation !== incarnation) {
    return `node ${node} has the storage of incarnation ${hello.member.incarnation}, expected ${incarnation}`;
  }
  if (hello.life !== expected.life) return `node ${node} answered in its life ${hello.life}, expected ${expected.life}`;
  return null;
}
