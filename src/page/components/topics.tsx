/** Topics by name; the one that is picked has its partitions shown. */
import type { JSX } from 'preact';
import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import type { BrowsedTopic } from '../../index.js';
import { whole } from '../state/numbers.js';
import { useBrowse } from './browsing.js';
import { Pages } from './pages.js';

interface TopicsProps {
  /** Null: those of all. */
  readonly topic: string | null;
  readonly onTopic: (topic: string | null) => void;
}

export const Topics = memo(function Topics({ topic, onTopic }: TopicsProps): JSX.Element {
  const [offset, setOffset] = useState(0);
  const [find, setFind] = useState('');
  const { page, failure } = useBrowse<BrowsedTopic>('topics', { offset, find });
  return (
    <div class="table-part">
      <div class="table-head">
        <h3>Topics</h3>
        <input
          type="search"
          placeholder="find"
          aria-label="Find topics by name"
          value={find}
          onInput={(event) => {
            setFind(event.currentTarget.value);
            setOffset(0);
          }}
        />
      </div>
      <table class="records">
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col" class="number">
              partitions
            </th>
            <th scope="col" class="number">
              replicas
            </th>
            <th scope="col">problems</th>
          </tr>
        </thead>
        <tbody>
          {page.rows.map(({ name, partitions, replicationFactor, problems }) => (
            <tr key={name}>
              <th scope="row">
                <button
                  type="button"
                  class="link"
                  aria-pressed={topic === name}
                  aria-label={`Partitions of ${name}`}
                  onClick={() => {
                    onTopic(topic === name ? null : name);
                  }}
                >
                  {name}
                </button>
              </th>
              <td class="number">{whole(partitions)}</td>
              <td class="number">{replicationFactor}</td>
              <td class={Object.keys(problems).length > 0 ? 'bad' : 'note'}>{problemsText(problems)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Pages page={page} offset={offset} noun="topics" failure={failure} onOffset={setOffset} />
    </div>
  );
});

function problemsText({
  offlinePartitions,
  underReplicatedPartitions,
  underMinIsrPartitions,
}: BrowsedTopic['problems']): string {
  const parts = [
    offlinePartitions === undefined ? '' : `${whole(offlinePartitions)} offline`,
    underReplicatedPartitions === undefined ? '' : `${whole(underReplicatedPartitions)} under-replicated`,
    underMinIsrPartitions === undefined ? '' : `${whole(underMinIsrPartitions)} under min ISR`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '–' : `! ${parts.join(', ')}`;
}
