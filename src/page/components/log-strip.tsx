/** Where one node stands in the log, on the scale that all nodes share: appended, committed, applied, in a snapshot. */
import type { JSX } from 'preact';
import type { NodePicture } from '../../service/picture.js';
import { shareOf, type LogWindow } from '../state/log-window.js';
import { whole } from '../state/numbers.js';

interface LogStripProps {
  readonly node: NodePicture;
  readonly window: LogWindow;
}

export function LogStrip({ node, window }: LogStripProps): JSX.Element {
  const { lastLogIndex, commitIndex, appliedIndex, snapshotIndex } = node;
  const percent = (index: number): string => `${(shareOf(window, index) * 100).toFixed(2)}%`;
  return (
    <div class="log">
      <div class="strip" aria-hidden="true">
        <span class="strip-last" style={{ width: percent(lastLogIndex) }} />
        <span class="strip-applied" style={{ width: percent(Math.min(appliedIndex, lastLogIndex)) }} />
        <span class="strip-snapshot" style={{ width: percent(snapshotIndex) }} />
        <span class="strip-commit" style={{ left: percent(commitIndex) }} />
        <span class="strip-mark" style={{ left: percent(appliedIndex) }} />
      </div>
      <dl class="log-numbers">
        <div>
          <dt>
            <span class="key key-commit" aria-hidden="true" />
            committed
          </dt>
          <dd>{whole(commitIndex)}</dd>
        </div>
        <div>
          <dt>
            <span class="key key-applied" aria-hidden="true" />
            applied
          </dt>
          <dd>{whole(appliedIndex)}</dd>
        </div>
        <div>
          <dt>last</dt>
          <dd>{whole(lastLogIndex)}</dd>
        </div>
        {snapshotIndex > 0 && (
          <div>
            <dt>snapshot</dt>
            <dd>{whole(snapshotIndex)}</dd>
          </div>
        )}
      </dl>
    </div>
  );
}
