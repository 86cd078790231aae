/**
 * Makes the pictures of the live page. Counts are asked of the threads each time; the judgement of health, which costs
 * more where much changes, every so often. Whom it is told is `event-streams.ts`.
 */
import type { ClusterMetrics, ClusterStatus, EtcdStatus, HistogramCounts, NodeMetrics, NodeStatus } from '../index.js';
import { latencyBetween } from './latency.js';
import type { ServiceLimits } from './limits.js';
import type { ClientPicture, LinkPicture, NodePicture, Picture } from './picture.js';
import { isEtcd, type Served, type ServedStatus } from './served.js';

interface Sources {
  readonly served: Served;
  readonly options: { readonly version: string; readonly readOnly: boolean };
  readonly limits: Pick<ServiceLimits, 'pictureHealthMs'>;
  readonly startedAtMs: number;
}

export class PictureMaker {
  readonly #sources: Sources;
  #status: ServedStatus | null = null;
  #statusAtMs = 0;
  #judgedStates = '';
  #writeSeconds: HistogramCounts | null = null;
  #readSeconds: HistogramCounts | null = null;
  /** What is known of nodes that tell nothing now. */
  readonly #lastKnown = new Map<number, NodePicture>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  async make(): Promise<Picture> {
    const { served, options, startedAtMs } = this.#sources;
    const metrics = await served.metrics({ metadata: false });
    const status = await this.#judgement(metrics);
    const { healthy, reasons, metadata } = status;
    return {
      at: Date.now(),
      version: options.version,
      readOnly: options.readOnly,
      upMs: Math.round(performance.now() - startedAtMs),
      ...(isEtcd(status) ? withoutNodes(status, metrics) : this.#members(status, metrics)),
      healthy,
      reasons,
      metadata,
      client: this.#clientPicture(metrics),
    };
  }

  #members(status: ClusterStatus, metrics: ClusterMetrics): Members {
    const nodes = metrics.nodes.map((node) => this.#nodePicture(node, status));
    return {
      engine: null,
      leader: leaderAmong(nodes)?.id ?? null,
      term: Math.max(0, ...nodes.map(({ term }) => term)),
      nodes,
      links: status.links.map((link) => linkPicture(link, metrics)),
    };
  }

  /** The last one, unless it is old or speaks of nodes and links that have changed since. */
  async #judgement(metrics: ClusterMetrics): Promise<ServedStatus> {
    const now = performance.now();
    const states = statesOf(metrics);
    const isOld = now - this.#statusAtMs >= this.#sources.limits.pictureHealthMs;
    if (this.#status === null || isOld || states !== this.#judgedStates) {
      this.#statusAtMs = now;
      this.#judgedStates = states;
      this.#status = await this.#sources.served.status();
    }
    return this.#status;
  }

  #nodePicture(metrics: NodeMetrics, status: ClusterStatus): NodePicture {
    const judged = status.nodes.find(({ id }) => id === metrics.node);
    const known = nodePicture(metrics, judged, this.#lastKnown.get(metrics.node));
    this.#lastKnown.set(metrics.node, known);
    return known;
  }

  #clientPicture({ client }: ClusterMetrics): ClientPicture {
    const { writesPending, readsPending, writesAnswered, readsAnswered, writeSeconds, readSeconds } = client;
    const writeLatency = latencyBetween(this.#writeSeconds, writeSeconds);
    const readLatency = latencyBetween(this.#readSeconds, readSeconds);
    this.#writeSeconds = copyOf(writeSeconds);
    this.#readSeconds = copyOf(readSeconds);
    return { writesPending, readsPending, writesAnswered, readsAnswered, writeLatency, readLatency };
  }
}

type Members = Pick<Picture, 'engine' | 'leader' | 'term' | 'nodes' | 'links'>;

/** What it has applied is counted each time. */
function withoutNodes(status: EtcdStatus, { nodes: [counted] }: ClusterMetrics): Members {
  const appliedIndex = counted?.store?.appliedIndex ?? status.appliedIndex;
  return { engine: { ...status, appliedIndex }, leader: null, term: status.head.term, nodes: [], links: [] };
}

/** What health depends on, and changes seldom. */
function statesOf({ nodes, links }: ClusterMetrics): string {
  return JSON.stringify([
    nodes.map(({ node, up, paused, raft }) => [node, up, paused, raft?.role, raft?.voter]),
    links.map(({ ends, state }) => [ends, state]),
  ]);
}

/** The histogram of the host's own thread goes on counting in what it gave. */
function copyOf({ bounds, counts, sum }: HistogramCounts): HistogramCounts {
  return { bounds, counts: [...counts], sum };
}

function nodePicture(
  metrics: NodeMetrics,
  judged: NodeStatus | undefined,
  known: NodePicture | undefined,
): NodePicture {
  const { node: id, up, paused, raft, store } = metrics;
  if (raft !== null && store !== null) {
    const { role, voter, term, commitIndex, lastLogIndex, snapshotIndex } = raft;
    const { appliedIndex } = store;
    return {
      ...{ id, role, voter, paused, term, commitIndex, appliedIndex, lastLogIndex, snapshotIndex },
      answers: true,
    };
  }
  const last = known ?? judged;
  const silent = { ...NOTHING_KNOWN, ...(last === undefined ? {} : countsOf(last)), id, paused, answers: false };
  if (up) return { ...silent, role: last === undefined || last.role === 'stopped' ? 'follower' : last.role };
  return { ...silent, role: 'stopped', ...(judged?.stopReason === undefined ? {} : { stopReason: judged.stopReason }) };
}

const NOTHING_KNOWN = { voter: false, term: 0, commitIndex: 0, appliedIndex: 0, lastLogIndex: 0, snapshotIndex: 0 };

function countsOf(known: NodePicture | NodeStatus): typeof NOTHING_KNOWN {
  const { voter, term, commitIndex, appliedIndex, lastLogIndex, snapshotIndex } = known;
  return { voter, term, commitIndex, appliedIndex, lastLogIndex, snapshotIndex };
}

/** The one of the highest term: another one that still takes itself for the leader has not heard of it yet. */
function leaderAmong(nodes: readonly NodePicture[]): NodePicture | null {
  const leaders = nodes.filter(({ role, paused }) => role === 'leader' && !paused);
  return leaders.sort((one, other) => other.term - one.term)[0] ?? null;
}

/** One whose thread does not answer is told as it was judged. */
function linkPicture(judged: ClusterStatus['links'][number], { links }: ClusterMetrics): LinkPicture {
  const { ends, state, reconnects, lastError } = judged;
  const [a, b] = ends;
  const told = links.find((link) => link.ends[0] === a && link.ends[1] === b);
  return {
    ends,
    state: told?.state ?? state,
    reconnects: told?.reconnects ?? reconnects,
    ...(lastError === undefined ? {} : { lastError }),
    directions: told?.directions ?? [],
  };
}
