/** Partitions with leader, replicas and ISR; those that lack replicas stand out. */
import type { JSX } from 'preact';
import { memo } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import type { BrowsedPartition } from '../../index.js';
import { useBrowse } from './browsing.js';
import { Pages } from './pages.js';

interface PartitionsProps {
  /** Null: of all topics. */
  readonly topic: string | null;
  readonly onTopic: (topic: string | null) => void;
}

const PROBLEMS = {
  offlinePartitions: 'offline',
  underReplicatedPartitions: 'under-replicated',
  underMinIsrPartitions: 'under min ISR',
} as const;

export const Partitions = memo(function Partitions({ topic, onTopic }: PartitionsProps): JSX.Element {
  const [offset, setOffset] = useState(0);
  const [onlyProblems, setOnlyProblems] = useState(false);
  useEffect(() => {
    setOffset(0);
  }, [topic, onlyProblems]);
  const wanted = { offset, onlyProblems, ...(topic === null ? {} : { topic }) };
  const { page, failure } = useBrowse<BrowsedPartition>('partitions', wanted);
  return (
    <div class="table-part partitions">
      <div class="table-head">
        <h3>{topic === null ? 'Partitions' : `Partitions of ${topic}`}</h3>
        {topic !== null && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              onTopic(null);
            }}
          >
            all topics
          </button>
        )}
        <label class="choice">
          <input
            type="checkbox"
            checked={onlyProblems}
            onChange={(event) => {
              setOnlyProblems(event.currentTarget.checked);
            }}
          />
          <span>only problems</span>
        </label>
      </div>
      <div class="scroll">
        <table class="records">
          <thead>
            <tr>
              <th scope="col">partition</th>
              <th scope="col" class="number">
                leader
              </th>
              <th scope="col">replicas</th>
              <th scope="col">ISR</th>
              <th scope="col">state</th>
            </tr>
          </thead>
          <tbody>
            {page.rows.map((row) => (
              <PartitionRow key={`${row.topic}:${row.partition}`} row={row} withTopic={topic === null} />
            ))}
          </tbody>
        </table>
      </div>
      <Pages page={page} offset={offset} noun="partitions" failure={failure} onOffset={setOffset} />
    </div>
  );
});

function PartitionRow({
  row,
  withTopic,
}: {
  readonly row: BrowsedPartition;
  readonly withTopic: boolean;
}): JSX.Element {
  const { topic, partition, leader, replicas, isr, problems, addingReplicas } = row;
  const missing = new Set(replicas.filter((id) => !isr.includes(id)));
  const moving = addingReplicas !== undefined && addingReplicas.length > 0;
  const state = problems.map((problem) => PROBLEMS[problem]);
  return (
    <tr class={problems.length > 0 ? 'bad' : ''}>
      <th scope="row">{withTopic ? `${topic} ${partition}` : partition}</th>
      <td class="number">{leader === 0 ? 'none' : leader}</td>
      <td>
        {replicas.map((id) => (
          <span key={id} class={missing.has(id) ? 'replica missing' : 'replica'}>
            {id}
          </span>
        ))}
      </td>
      <td>{isr.length === 0 ? 'none' : isr.join(' ')}</td>
      <td class={problems.length > 0 ? '' : 'note'}>
        {state.length > 0 ? `! ${state.join(', ')}` : moving ? 'moving' : 'in sync'}
      </td>
    </tr>
  );
}
