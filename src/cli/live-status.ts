/**
 * The cluster while it stays up: on a terminal a screen of its own, elsewhere a plain line an event. It only reads; the
 * cluster goes on without it.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, MetadataStore } from '../index.js';
import { clusterLine } from './event-lines.js';
import { followEvents, writeEvents, type ToldEvent } from './live-events.js';
import { screenLines, type LiveEvent, type LiveState } from './live-screen.js';
import { openFullScreen } from './painters.js';
import type { Colours, Screen } from './screen.js';

/** At most four frames a second; without news two. */
const FRAME_MS = 250;
const KEPT_EVENTS = 200;

export interface ShownCluster {
  cluster: Cluster;
  store: MetadataStore;
  url: string;
}

interface KeptEvent extends LiveEvent {
  isHealth: boolean;
}

/** Shows the cluster until the signal is aborted. */
export async function showUntil(
  signal: AbortSignal,
  shown: ShownCluster,
  screen: Screen,
  colours: Colours,
): Promise<void> {
  if (screen.isTTY === true) await drawUntil(signal, shown, screen, colours);
  else await writeUntil(signal, shown, screen);
}

async function writeUntil(signal: AbortSignal, { cluster, store }: ShownCluster, screen: Screen): Promise<void> {
  const { leader, term } = await cluster.status();
  screen.write(`${clusterLine({ at: Date.now(), kind: 'leader', leader, term })}\n`);
  await writeEvents(cluster, store, signal, screen);
}

async function drawUntil(signal: AbortSignal, shown: ShownCluster, screen: Screen, colours: Colours): Promise<void> {
  const events: KeptEvent[] = [];
  let news = new AbortController();
  const wake = (): void => {
    news.abort();
  };
  const fullScreen = openFullScreen(screen);
  // Before anybody else writes that it is stopping; and whatever ends the process.
  const close = (): void => {
    fullScreen.close();
  };
  // Ctrl-Z: the shell that comes back gets its own screen. All threads stand still, and go on with the next frame.
  const suspend = (): void => {
    fullScreen.leave();
    process.kill(process.pid, 'SIGSTOP');
  };
  process.on('SIGTSTP', suspend);
  signal.addEventListener('abort', close, { once: true });
  process.once('exit', close);
  screen.on?.('resize', wake);
  const followed = followEvents(shown.cluster, shown.store, signal, (event) => {
    keep(events, event);
    wake();
  });
  followed.catch(() => undefined); // it is told where it is awaited
  const look = createLook(shown);
  try {
    while (!signal.aborted) {
      news = new AbortController();
      const state = { ...(await look()), events };
      fullScreen.draw(screenLines(state, { columns: screen.columns ?? 80, rows: screen.rows ?? 24 }, colours));
      await pause(FRAME_MS, signal);
      await pause(FRAME_MS, AbortSignal.any([signal, news.signal]));
    }
    await followed;
  } finally {
    close();
    screen.off?.('resize', wake);
    process.off('exit', close);
    process.off('SIGTSTP', suspend);
  }
}

/** Why it is not healthy stands above them, as it is now. */
function keep(events: KeptEvent[], { at, kind, text: whole }: ToldEvent): void {
  const isHealth = kind === 'health';
  const text = isHealth ? whole.replace(/;.*/s, '') : whole;
  if (isHealth && events.findLast((event) => event.isHealth)?.text === text) return;
  events.push({ at, text, isHealth });
  if (events.length > KEPT_EVENTS) events.shift();
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await delay(durationMs, undefined, { signal }).catch(() => undefined);
}

/** Operations are counted from one look to the next. */
function createLook({ cluster, url }: ShownCluster): () => Promise<Omit<LiveState, 'events'>> {
  const startedAtMs = performance.now();
  let before: { appliedIndex: number; atMs: number } | undefined;
  return async () => {
    const [status, { client, nodes }] = await Promise.all([cluster.status(), cluster.metrics()]);
    const atMs = performance.now();
    const appliedIndex = Math.max(0, ...nodes.map(({ store }) => store?.appliedIndex ?? 0));
    const operationsPerSecond =
      before === undefined ? null : (Math.max(0, appliedIndex - before.appliedIndex) * 1_000) / (atMs - before.atMs);
    before = { appliedIndex, atMs };
    return { url, status, upMs: atMs - startedAtMs, operationsPerSecond, writesPending: client.writesPending };
  };
}
