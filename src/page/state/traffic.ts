/**
 * What passes over the links: rates between two pictures, and the few messages that are drawn for the many that were
 * counted. Nothing is drawn that was not counted.
 */
import type { DirectionReport } from '../../index.js';
import type { Picture } from '../../service/picture.js';

/** What a drawn message is, by the kinds that it stands for. */
export type Shape = 'append' | 'acknowledge' | 'heartbeat' | 'vote' | 'snapshot' | 'read' | 'transfer' | 'lost';

const SHAPES: Readonly<Record<keyof DirectionReport['kinds'], Shape>> = {
  requestVote: 'vote',
  requestPreVote: 'vote',
  voteResponse: 'vote',
  preVoteResponse: 'vote',
  appendEntries: 'append',
  appendResponse: 'acknowledge',
  heartbeat: 'heartbeat',
  heartbeatResponse: 'heartbeat',
  installSnapshot: 'snapshot',
  installSnapshotResponse: 'snapshot',
  timeoutNow: 'transfer',
  readIndexRequest: 'read',
  readIndexResponse: 'read',
};

/** The rare first: they are what one looks for. */
const BY_RARITY: readonly Shape[] = [
  'transfer',
  'vote',
  'snapshot',
  'lost',
  'read',
  'append',
  'acknowledge',
  'heartbeat',
];

export interface DirectionTraffic {
  readonly report: DirectionReport;
  readonly deliveredPerSecond: number;
  readonly droppedPerSecond: number;
  /** Since the picture before, by shape. */
  readonly counts: ReadonlyMap<Shape, number>;
}

/** Stands for so many messages of this shape. */
export interface DrawnMessage {
  readonly from: number;
  readonly to: number;
  readonly shape: Shape;
  readonly messages: number;
}

export function directionKey(from: number, to: number): string {
  return `${from}-${to}`;
}

/** By direction. Counters that begin anew, as those of a new link do, are counted from 0. */
export function trafficBetween(earlier: Picture | null, later: Picture): Map<string, DirectionTraffic> {
  const before = new Map(reportsOf(earlier).map((report) => [directionKey(report.from, report.to), report]));
  const seconds = earlier === null ? Number.POSITIVE_INFINITY : Math.max(0.001, (later.at - earlier.at) / 1_000);
  const traffic = new Map<string, DirectionTraffic>();
  for (const report of reportsOf(later)) {
    const key = directionKey(report.from, report.to);
    const known = before.get(key);
    const base = known === undefined || known.delivered > report.delivered ? null : known;
    const counts = countsBetween(base, report, earlier === null);
    traffic.set(key, {
      report,
      deliveredPerSecond: (report.delivered - (base?.delivered ?? 0)) / seconds,
      droppedPerSecond: Math.max(0, report.dropped - (base?.dropped ?? 0)) / seconds,
      counts,
    });
  }
  return traffic;
}

/** At most `limit` a direction: one of each shape that passed, the rest for what there was most of. */
export function sampleMessages(traffic: Iterable<DirectionTraffic>, limit: number): DrawnMessage[] {
  const drawn: DrawnMessage[] = [];
  for (const { report, counts } of traffic) {
    const { from, to } = report;
    const shares = shareOut(counts, limit);
    for (const [shape, dots] of shares) {
      const messages = (counts.get(shape) ?? 0) / dots;
      for (let dot = 0; dot < dots; dot += 1) drawn.push({ from, to, shape, messages });
    }
  }
  return drawn;
}

function reportsOf(picture: Picture | null): DirectionReport[] {
  return picture === null ? [] : picture.links.flatMap(({ directions }) => directions);
}

/** Of the first picture nothing is new. */
function countsBetween(base: DirectionReport | null, report: DirectionReport, isFirst: boolean): Map<Shape, number> {
  const counts = new Map<Shape, number>();
  if (isFirst) return counts;
  const add = (shape: Shape, count: number): void => {
    if (count > 0) counts.set(shape, (counts.get(shape) ?? 0) + count);
  };
  for (const [kind, shape] of Object.entries(SHAPES) as [keyof typeof SHAPES, Shape][]) {
    add(shape, report.kinds[kind] - (base?.kinds[kind] ?? 0));
  }
  add('lost', report.dropped - (base?.dropped ?? 0));
  return counts;
}

function shareOut(counts: ReadonlyMap<Shape, number>, limit: number): Map<Shape, number> {
  const shares = new Map<Shape, number>();
  for (const shape of BY_RARITY) if (counts.has(shape) && shares.size < limit) shares.set(shape, 1);
  for (let left = limit - shares.size; left > 0; left -= 1) {
    let most: Shape | null = null;
    let mostEach = 1;
    for (const [shape, dots] of shares) {
      const each = (counts.get(shape) ?? 0) / (dots + 1);
      if (each >= mostEach) [most, mostEach] = [shape, each];
    }
    if (most === null) break;
    shares.set(most, (shares.get(most) ?? 0) + 1);
  }
  return shares;
}
