/** Where the samples of metrics come from: of the whole, or one a node, link, direction or thread, under its labels. */
import type { DirectionReport } from '../messages.js';
import type { MetadataHealth, MetadataReason } from '../metadata/health.js';
import type { HistogramCounts } from '../metrics/histogram.js';
import type { MetadataStoreMetrics } from '../metrics/metadata-store-meters.js';
import type { RaftNodeMetrics } from '../metrics/raft-node-meters.js';
import type { ThreadUsage } from '../metrics/thread-meter.js';
import type { ClusterMetrics, LinkMetrics, NodeMetrics } from './metrics.js';

export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number | HistogramCounts;
}

export type Samples = (metrics: ClusterMetrics) => readonly Sample[];

type Value<Told> = (told: Told) => Sample['value'];

export const whole =
  (value: Value<ClusterMetrics>): Samples =>
  (metrics) => [{ labels: {}, value: value(metrics) }];

export const eachNode =
  (value: Value<NodeMetrics>): Samples =>
  ({ nodes }) =>
    nodes.map((told) => ({ labels: { node: told.node }, value: value(told) }));

export const eachRaft =
  (value: Value<RaftNodeMetrics>): Samples =>
  ({ nodes }) =>
    nodes.flatMap(({ node, raft }) => (raft === null ? [] : [{ labels: { node }, value: value(raft) }]));

export const eachStore =
  (value: Value<MetadataStoreMetrics>): Samples =>
  ({ nodes }) =>
    nodes.flatMap(({ node, store }) => (store === null ? [] : [{ labels: { node }, value: value(store) }]));

export const eachLink =
  (value: Value<LinkMetrics>): Samples =>
  ({ links }) =>
    links.map((told) => ({ labels: { link: told.ends.join('-') }, value: value(told) }));

export const eachDirection =
  (value: Value<DirectionReport>): Samples =>
  ({ links }) =>
    links
      .flatMap(({ directions }) => directions)
      .map((told) => ({ labels: { from: told.from, to: told.to }, value: value(told) }));

export const ofMetadata =
  (value: Value<MetadataHealth>): Samples =>
  ({ metadata }) =>
    metadata === null ? [] : [{ labels: {}, value: value(metadata) }];

export const problem = (reason: MetadataReason): Samples => ofMetadata((health) => countOf(health, reason));

export const eachThread =
  (value: Value<ThreadUsage>): Samples =>
  ({ process, nodes, links }) => [
    { labels: { actor: 'host' }, value: value(process.thread) },
    ...nodes.flatMap(({ node, raft, store }) => [
      ...(raft === null ? [] : [{ labels: { actor: 'raft-node', node }, value: value(raft.thread) }]),
      ...(store === null ? [] : [{ labels: { actor: 'metadata-store', node }, value: value(store.thread) }]),
    ]),
    ...links.map(({ ends, thread }) => {
      return { labels: { actor: 'transport-link', link: ends.join('-') }, value: value(thread) };
    }),
  ];

export function countOf({ problems }: MetadataHealth, wanted: MetadataReason): number {
  return problems.find(({ reason }) => reason === wanted)?.count ?? 0;
}
