/** All that the page knows, and how each piece of news changes it. Pure: `feed.ts` brings the news. */
import type { ClusterEvent } from '../../index.js';
import type { Picture } from '../../service/picture.js';
import { eventLine, MAX_LINES, type EventLine } from './event-line.js';
import { addToHistory, emptyHistory, type History } from './history.js';
import { sampleMessages, trafficBetween, type DirectionTraffic, type DrawnMessage } from './traffic.js';

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** It is tried again by itself. */
  | { readonly kind: 'lost'; readonly why: string }
  /** `refused`: a token was given, and is not the one. */
  | { readonly kind: 'tokenNeeded'; readonly refused: boolean };

export interface PageState {
  readonly connection: Connection;
  /** The last one; null before the first. */
  readonly picture: Picture | null;
  /** By direction. */
  readonly traffic: ReadonlyMap<string, DirectionTraffic>;
  /** To be drawn from now on, for what passed between the last two pictures. */
  readonly drawn: readonly DrawnMessage[];
  /** So long it took them to set out. */
  readonly drawnOverMs: number;
  readonly history: History;
  /** The newest first. */
  readonly events: readonly EventLine[];
}

export type News =
  | { readonly kind: 'connection'; readonly connection: Connection }
  | { readonly kind: 'picture'; readonly picture: Picture }
  | { readonly kind: 'event'; readonly event: ClusterEvent };

export const initialState: PageState = {
  connection: { kind: 'connecting' },
  picture: null,
  traffic: new Map(),
  drawn: [],
  drawnOverMs: 0,
  history: emptyHistory,
  events: [],
};

/** Drawn for each direction in the time between two pictures. */
const DRAWN_EACH = 3;
const LONGEST_DRAWN_MS = 1_000;

export function withNews(state: PageState, news: News): PageState {
  switch (news.kind) {
    case 'connection':
      if (news.connection.kind === 'live' && state.connection.kind === 'live') return state;
      return { ...state, connection: news.connection, drawn: [] };
    case 'picture':
      return withPicture(state, news.picture);
    case 'event':
      return withEvent(state, news.event);
  }
}

/** One that has been told again, or late, changes nothing. */
function withPicture(state: PageState, picture: Picture): PageState {
  const earlier = state.picture;
  if (earlier !== null && picture.at <= earlier.at && picture.upMs >= earlier.upMs) return state;
  // Another run of the service counts from the start.
  const base = earlier !== null && picture.upMs < earlier.upMs ? null : earlier;
  const traffic = trafficBetween(base, picture);
  return {
    ...state,
    picture,
    traffic,
    drawn: sampleMessages(traffic.values(), DRAWN_EACH),
    drawnOverMs: base === null ? 0 : Math.min(LONGEST_DRAWN_MS, picture.at - base.at),
    history: addToHistory(base === null ? emptyHistory : state.history, picture),
  };
}

function withEvent(state: PageState, event: ClusterEvent): PageState {
  const line = eventLine((state.events[0]?.number ?? 0) + 1, event);
  return { ...state, events: [line, ...state.events].slice(0, MAX_LINES) };
}
