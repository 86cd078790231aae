/** What has happened since this page was opened, the newest first. */
import type { JSX } from 'preact';
import { memo } from 'preact/compat';
import type { EventLine } from '../state/event-line.js';
import { clock } from '../state/numbers.js';
import { Panel } from './panel.js';

const MARKS = { plain: '·', good: '✓', bad: '!' } as const;

export const EventFeed = memo(function EventFeed({ events }: { readonly events: readonly EventLine[] }): JSX.Element {
  return (
    <Panel title="Events">
      {events.length === 0 ? (
        <p class="note">Nothing has happened since this page was opened.</p>
      ) : (
        <ol class="events" tabIndex={0} aria-label="Events, the newest first">
          {events.map(({ number, at, kind, text, tone }) => (
            <li key={number} class={tone}>
              <time>{clock(at)}</time>
              <span class="event-mark" aria-hidden="true">
                {MARKS[tone]}
              </span>
              <span class="event-kind">{kind}</span>
              <span>{text}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
});
