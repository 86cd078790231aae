/** A network partition: which node is in which group, and what that cuts. By keyboard here, by pointer in the ring. */
import type { JSX } from 'preact';
import { post } from '../api.js';
import type { Picture } from '../../service/picture.js';
import { assign, cutsOf, GROUP_NAMES, groupLists, groupOf, isSplit, oneGroup, type Groups } from '../state/groups.js';
import { useDeed } from './deed.js';
import { FailureNote, Panel } from './panel.js';

interface GroupEditorProps {
  readonly picture: Picture;
  readonly groups: Groups;
  readonly onGroups: (groups: Groups) => void;
}

export function GroupEditor({ picture, groups, onGroups }: GroupEditorProps): JSX.Element {
  const deed = useDeed();
  const ids = picture.nodes.map(({ id }) => id);
  const split = isSplit(groups, ids);
  const cuts = cutsOf(groups, ids).map(([a, b]) => `${a}–${b}`);
  const partition = async (): Promise<void> => {
    const done = await deed.run('partition', () => post('/v1/partition', { groups: groupLists(groups, ids) }));
    if (done) onGroups(oneGroup);
  };
  return (
    <Panel title="Partition" aside={<span class="note">one group a node</span>}>
      <div class="groups">
        {ids.map((id) => (
          <fieldset key={id}>
            <legend>Node {id}</legend>
            {GROUP_NAMES.map((name) => (
              <label key={name} class="choice">
                <input
                  type="radio"
                  name={`group-of-${id}`}
                  checked={groupOf(groups, id) === name}
                  aria-label={`Node ${id} in group ${name}`}
                  onChange={() => {
                    onGroups(assign(groups, [id], name));
                  }}
                />
                <span aria-hidden="true">{name}</span>
              </label>
            ))}
          </fieldset>
        ))}
      </div>
      <p class="note" role="status">
        {split ? `Cuts ${cuts.join(', ')}.` : 'All nodes are in one group: nothing would be cut.'}
      </p>
      <div class="deeds">
        <button
          type="button"
          class="danger"
          disabled={!split}
          aria-busy={deed.busy !== null}
          onClick={() => void partition()}
        >
          Partition
        </button>
        <button
          type="button"
          disabled={!split}
          onClick={() => {
            onGroups(oneGroup);
          }}
        >
          Clear groups
        </button>
      </div>
      <FailureNote failure={deed.failure} onDismiss={deed.dismiss} />
    </Panel>
  );
}
