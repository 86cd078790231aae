/** What one wants to know first: is it well, who leads, in which term; and whether this page is up to date. */
import type { JSX } from 'preact';
import type { Picture } from '../../service/picture.js';
import { reasonText } from '../state/reason-text.js';
import type { Connection, PageState } from '../state/page-state.js';

export function Header({ state: { picture, connection } }: { readonly state: PageState }): JSX.Element {
  return (
    <header class="page-head">
      <h1>Conclave</h1>
      {picture !== null && connection.kind !== 'tokenNeeded' && (
        <dl class="facts">
          <div class="fact">
            <dt>Cluster</dt>
            <dd class={picture.healthy ? 'good' : 'bad'}>{picture.healthy ? '✓ healthy' : '! not healthy'}</dd>
          </div>
          <div class="fact">
            <dt>Leader</dt>
            <dd id="leader">{leaderText(picture)}</dd>
          </div>
          <div class="fact">
            <dt>Term</dt>
            <dd>{picture.term}</dd>
          </div>
          <div class="fact wide-only">
            <dt>Version</dt>
            <dd>{picture.version}</dd>
          </div>
        </dl>
      )}
      <p class="connection" role="status">
        {picture?.readOnly === true && <span class="badge">read-only</span>}
        <span class={`light ${connection.kind}`} aria-hidden="true" />
        {connectionText(connection)}
      </p>
    </header>
  );
}

function leaderText({ engine, leader }: Picture): string {
  if (engine === null) return leader === null ? 'none' : `node ${leader}`;
  if (engine.controller === null) return 'none';
  return engine.controller === engine.writer ? 'this process' : 'another process';
}

function connectionText(connection: Connection): string {
  switch (connection.kind) {
    case 'connecting':
      return 'connecting';
    case 'live':
      return 'live';
    case 'lost':
      return 'not connected';
    case 'tokenNeeded':
      return 'token needed';
  }
}

/** What is wrong, a line each. Nothing where nothing is. */
export function Banner({ state: { picture, connection } }: { readonly state: PageState }): JSX.Element {
  const reasons = picture === null || picture.healthy ? [] : picture.reasons;
  const problems = picture?.metadata?.problems ?? [];
  return (
    <div class="banners">
      <div role="alert">
        {connection.kind === 'lost' && (
          <p class="banner bad">
            <strong>Not connected</strong> {connection.why}. What is shown is old; it is tried again by itself.
          </p>
        )}
      </div>
      {connection.kind !== 'lost' && reasons.length + problems.length > 0 && (
        <ul class="banner" aria-label="What is wrong">
          {reasons.map((reason) => (
            <li key={reason.reason}>
              <span class="mark bad">cluster</span> {reasonText(reason)}
            </li>
          ))}
          {problems.map((problem) => (
            <li key={problem.reason}>
              <span class="mark warn">metadata</span> {reasonText(problem)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
