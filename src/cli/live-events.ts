/**
 * What happens in a cluster that is worth a line while one looks on: leaders, nodes, faults of links, health; brokers
 * and topics. `conclave watch` tells the rest.
 */

import { ClusterError } from '../index.js';
import type { Cluster, ClusterEvent, MetadataStore, WatchedChange } from '../index.js';
import { clusterText, eventLine, metadataTexts } from './event-lines.js';
import type { Screen } from './screen.js';

export interface ToldEvent {
  /** Unix ms. */
  at: number;
  kind: string;
  text: string;
}

/** A plain line each, until the signal is aborted. */
export async function writeEvents(
  source: Pick<Cluster, 'events'>,
  store: Pick<MetadataStore, 'watch'>,
  signal: AbortSignal,
  screen: Screen,
): Promise<void> {
  await followEvents(source, store, signal, ({ at, kind, text }) => {
    screen.write(`${eventLine(at, kind, text)}\n`);
  });
}

/** Until the signal is aborted. */
export async function followEvents(
  cluster: Pick<Cluster, 'events'>,
  store: Pick<MetadataStore, 'watch'>,
  signal: AbortSignal,
  tell: (event: ToldEvent) => void,
): Promise<void> {
  await Promise.all([followCluster(cluster, signal, tell), followMetadata(store, signal, tell)]);
}

async function followCluster(
  cluster: Pick<Cluster, 'events'>,
  signal: AbortSignal,
  tell: (event: ToldEvent) => void,
): Promise<void> {
  await untilAborted(signal, async () => {
    for await (const event of cluster.events({ signal })) {
      if (isWorthALine(event)) tell({ at: event.at, kind: event.kind, text: clusterText(event) });
    }
  });
}

/** Connections come and go with nodes and cuts, which are told. */
function isWorthALine({ kind, change }: ClusterEvent): boolean {
  return kind !== 'link' || (change !== 'connected' && change !== 'disconnected');
}

async function followMetadata(
  store: Pick<MetadataStore, 'watch'>,
  signal: AbortSignal,
  tell: (event: ToldEvent) => void,
): Promise<void> {
  await untilAborted(signal, async () => {
    for await (const { index, events } of store.watch({ signal })) {
      for (const text of textsOf(index, events)) tell({ at: Date.now(), kind: 'metadata', text });
    }
  });
}

/** One topic has many partitions, and members of groups come and go. */
function textsOf(index: number, events: WatchedChange['events']): string[] {
  return metadataTexts(
    index,
    events.filter(({ kind }) => kind === 'topic' || kind === 'broker'),
  );
}

/** Who was too slow to be told everything goes on from now. */
async function untilAborted(signal: AbortSignal, follow: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await follow();
      return;
    } catch (error) {
      if (!(error instanceof ClusterError) || error.code !== 'SlowConsumer') throw error;
    }
  }
}
