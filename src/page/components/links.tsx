/**
 * Every direction of every link as a table of senders and receivers, and what can be done to the one that is picked.
 */
import type { JSX } from 'preact';
import { post } from '../api.js';
import type { Picture } from '../../service/picture.js';
import { faultText, type Selection } from '../state/link-text.js';
import { compact } from '../state/numbers.js';
import { directionKey, type DirectionTraffic } from '../state/traffic.js';
import { useDeed } from './deed.js';
import { LinkEditor } from './link-editor.js';
import { FailureNote, Panel } from './panel.js';

interface LinksProps {
  readonly picture: Picture;
  readonly traffic: ReadonlyMap<string, DirectionTraffic>;
  readonly selection: Selection | null;
  readonly onSelect: (selection: Selection | null) => void;
}

export function Links({ picture, traffic, selection, onSelect }: LinksProps): JSX.Element {
  const deed = useDeed();
  const ids = picture.nodes.map(({ id }) => id);
  const healAll = (): void => {
    void deed.run('heal', () => post('/v1/heal'));
  };
  const heal = !picture.readOnly && (
    <button type="button" onClick={healAll} aria-busy={deed.busy === 'heal'}>
      Heal all links
    </button>
  );
  return (
    <Panel title="Links" aside={heal}>
      <div class="scroll">
        <table class="matrix">
          <caption class="hidden">Messages a second from the node of the row to that of the column</caption>
          <thead>
            <tr>
              <td class="note">from ↓ to →</td>
              {ids.map((id) => (
                <th key={id} scope="col">
                  {id}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ids.map((from) => (
              <tr key={from}>
                <th scope="row">{from}</th>
                {ids.map((to) => (
                  <td key={to}>
                    {from !== to && (
                      <Cell
                        direction={{ from, to }}
                        picture={picture}
                        traffic={traffic.get(directionKey(from, to))}
                        selected={selection?.from === from && selection.to === to}
                        onSelect={onSelect}
                      />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <FailureNote failure={deed.failure} onDismiss={deed.dismiss} />
      {selection === null ? (
        <p class="note">Pick a direction to see it{picture.readOnly ? '' : ', to cut it, or to make it worse'}.</p>
      ) : (
        <LinkEditor
          key={directionKey(selection.from, selection.to)}
          selection={selection}
          picture={picture}
          traffic={traffic.get(directionKey(selection.from, selection.to))}
          onClose={() => {
            onSelect(null);
          }}
        />
      )}
    </Panel>
  );
}

interface CellProps {
  readonly direction: Selection;
  readonly picture: Picture;
  readonly traffic: DirectionTraffic | undefined;
  readonly selected: boolean;
  readonly onSelect: (selection: Selection | null) => void;
}

function Cell({ direction, picture, traffic, selected, onSelect }: CellProps): JSX.Element {
  const { from, to } = direction;
  const state = stateOf(direction, picture, traffic);
  const rate = compact(traffic?.deliveredPerSecond ?? 0);
  const condition = state.text === '' ? 'connected' : state.text;
  return (
    <button
      type="button"
      class={`cell ${state.kind}`}
      aria-pressed={selected}
      aria-label={`From node ${from} to node ${to}: ${condition}, ${rate} messages a second`}
      onClick={() => {
        onSelect(selected ? null : direction);
      }}
    >
      <span>{rate}/s</span>
      <span class="cell-state">{state.text}</span>
    </button>
  );
}

/** In words; '' where all is well. */
function stateOf(
  { from, to }: Selection,
  { links }: Picture,
  traffic: DirectionTraffic | undefined,
): { kind: '' | 'cut' | 'down' | 'faulty'; text: string } {
  if (traffic?.report.cut === true) return { kind: 'cut', text: '✕ cut' };
  const link = links.find(({ ends }) => ends.includes(from) && ends.includes(to));
  const faults = traffic === undefined ? '' : faultText(traffic.report.faults);
  if (link?.state === 'connecting') return { kind: 'down', text: 'down' };
  return faults === '' ? { kind: '', text: '' } : { kind: 'faulty', text: faults };
}
