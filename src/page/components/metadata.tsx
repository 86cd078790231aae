/** What the cluster stores: brokers, topics and partitions, a page of each, asked for again every second. */
import type { JSX } from 'preact';
import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import type { BrowsedBroker, MetadataHealth } from '../../index.js';
import { plural } from '../state/numbers.js';
import { useBrowse } from './browsing.js';
import { CreateTopic } from './create-topic.js';
import { Pages } from './pages.js';
import { Panel } from './panel.js';
import { Partitions } from './partitions.js';
import { Topics } from './topics.js';

interface MetadataProps {
  readonly counts: MetadataHealth | null;
  readonly readOnly: boolean;
}

export function Metadata({ counts, readOnly }: MetadataProps): JSX.Element {
  const [topic, setTopic] = useState<string | null>(null);
  const told =
    counts === null
      ? 'no leader has told'
      : [plural(counts.brokers, 'broker'), plural(counts.topics, 'topic'), plural(counts.partitions, 'partition')].join(
          ', ',
        );
  return (
    <Panel title="Metadata" aside={<span class="note">{told}</span>}>
      <div class="metadata">
        <div class="brokers">
          <Brokers />
          {!readOnly && <CreateTopic onCreated={setTopic} />}
        </div>
        <Topics topic={topic} onTopic={setTopic} />
        <Partitions topic={topic} onTopic={setTopic} />
      </div>
    </Panel>
  );
}

const TONES = { alive: '', draining: 'warn', unreachable: 'bad', dead: 'bad' } as const;

const Brokers = memo(function Brokers(): JSX.Element {
  const [offset, setOffset] = useState(0);
  const { page, failure } = useBrowse<BrowsedBroker>('brokers', { offset });
  return (
    <div class="table-part">
      <h3>Brokers</h3>
      <table class="records">
        <thead>
          <tr>
            <th scope="col">id</th>
            <th scope="col">address</th>
            <th scope="col">rack</th>
            <th scope="col">status</th>
          </tr>
        </thead>
        <tbody>
          {page.rows.map(({ id, addr, rack, status }) => (
            <tr key={id} class={TONES[status]}>
              <th scope="row">{id}</th>
              <td>{addr}</td>
              <td>{rack === '' ? '–' : rack}</td>
              <td>{status === 'alive' ? 'alive' : `! ${status}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Pages page={page} offset={offset} noun="brokers" failure={failure} onOffset={setOffset} />
    </div>
  );
});
