/** A form for a new topic. What it refuses is said below it, by the service. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import { useDeed } from './deed.js';
import { NumberField } from './number-field.js';
import { FailureNote } from './panel.js';

export function CreateTopic({ onCreated }: { readonly onCreated: (topic: string) => void }): JSX.Element {
  const deed = useDeed();
  const [name, setName] = useState('');
  const [partitions, setPartitions] = useState('3');
  const [replicationFactor, setReplicationFactor] = useState('3');
  const create = async (): Promise<void> => {
    const topic = { name, partitions: Number(partitions), replicationFactor: Number(replicationFactor) };
    if (!(await deed.run('create', () => post('/v1/topics', topic)))) return;
    onCreated(name);
    setName('');
  };
  return (
    <form
      class="create"
      aria-label="Create a topic"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <h3>Create a topic</h3>
      <div class="fields">
        <label class="field wide">
          <span>Name</span>
          <input
            name="topic"
            required
            autocomplete="off"
            spellcheck={false}
            value={name}
            onInput={(event) => {
              setName(event.currentTarget.value);
            }}
          />
        </label>
        <NumberField name="Partitions" least={1} value={partitions} onValue={setPartitions} />
        <NumberField name="Replicas" least={1} value={replicationFactor} onValue={setReplicationFactor} />
        <button type="submit" class="primary" aria-busy={deed.busy !== null}>
          Create
        </button>
      </div>
      <FailureNote failure={deed.failure} onDismiss={deed.dismiss} />
    </form>
  );
}
