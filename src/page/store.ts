/** Holds the state of the page, and tells the components, once a frame at most, that it is another one. */
import { useEffect, useState } from 'preact/hooks';
import { initialState, withNews, type News, type PageState } from './state/page-state.js';

let state = initialState;
let isScheduled = false;
const listeners = new Set<() => void>();
/** Told of each state as it comes, also between frames. */
const watchers = new Set<(state: PageState) => void>();

export function tell(news: News): void {
  const next = withNews(state, news);
  if (next === state) return;
  state = next;
  for (const watcher of watchers) watcher(state);
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    for (const listener of listeners) listener();
  });
}

/** Returns what ends it. */
export function watch(watcher: (state: PageState) => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function usePageState(): PageState {
  const [seen, setSeen] = useState(state);
  useEffect(() => {
    const look = (): void => {
      setSeen(state);
    };
    listeners.add(look);
    look();
    return () => {
      listeners.delete(look);
    };
  }, []);
  return seen;
}
