/** A row a node: what it is, where it stands in the log, and what can be done to it. */
import type { JSX } from 'preact';
import { post } from '../api.js';
import type { NodePicture, Picture } from '../../service/picture.js';
import { logWindow, type LogWindow } from '../state/log-window.js';
import { leavesNoMajority, roleText, termTone } from '../state/node-text.js';
import { whole } from '../state/numbers.js';
import { ConfirmedButton } from './confirmed-button.js';
import { useDeed, type Deed } from './deed.js';
import { LogStrip } from './log-strip.js';
import { FailureNote, Panel } from './panel.js';

export function Nodes({ picture }: { readonly picture: Picture }): JSX.Element {
  const deed = useDeed();
  const window = logWindow(picture.nodes);
  const scale = `entries ${whole(window.from + 1)} to ${whole(window.to)}`;
  return (
    <Panel title="Nodes" aside={<span class="note">{scale}</span>}>
      <ul class="nodes">
        {picture.nodes.map((node) => (
          <NodeRow key={node.id} node={node} picture={picture} window={window} deed={deed} />
        ))}
      </ul>
      <FailureNote failure={deed.failure} onDismiss={deed.dismiss} />
    </Panel>
  );
}

interface NodeRowProps {
  readonly node: NodePicture;
  readonly picture: Picture;
  readonly window: LogWindow;
  readonly deed: Deed;
}

function NodeRow({ node, picture, window, deed }: NodeRowProps): JSX.Element {
  const { id, term, role } = node;
  const leads = id === picture.leader;
  return (
    <li class={role === 'stopped' ? 'node stopped' : 'node'} aria-label={`Node ${id}`}>
      <div class="node-name">
        <span class={`node-id term-${termTone(term)}`}>{id}</span>
        <span>
          <strong class={leads ? 'leads' : ''}>{roleText(node)}</strong>
          <br />
          <span class="note">
            term {term}
            {role !== 'stopped' && !node.voter ? ', no vote' : ''}
          </span>
        </span>
      </div>
      <LogStrip node={node} window={window} />
      {!picture.readOnly && <NodeDeeds node={node} picture={picture} deed={deed} />}
    </li>
  );
}

function NodeDeeds({ node, picture, deed }: Omit<NodeRowProps, 'window'>): JSX.Element {
  const { id, role, paused } = node;
  const ask = (verb: string) => (): void => {
    void deed.run(`${verb} ${id}`, () => post(`/v1/nodes/${id}/${verb}`));
  };
  const isBusy = (verb: string): boolean => deed.busy === `${verb} ${id}`;
  if (role === 'stopped') {
    return (
      <div class="deeds">
        <button type="button" onClick={ask('restart')} aria-busy={isBusy('restart')} aria-label={`Restart node ${id}`}>
          Restart
        </button>
      </div>
    );
  }
  const risk = leavesNoMajority(picture.nodes, id) ? 'Without it there is no majority. Kill it all the same?' : null;
  return (
    <div class="deeds">
      <ConfirmedButton label={`Kill node ${id}`} text="Kill" risk={risk} busy={isBusy('kill')} onPress={ask('kill')} />
      {paused ? (
        <button type="button" onClick={ask('resume')} aria-busy={isBusy('resume')} aria-label={`Resume node ${id}`}>
          Resume
        </button>
      ) : (
        <button type="button" onClick={ask('pause')} aria-busy={isBusy('pause')} aria-label={`Pause node ${id}`}>
          Pause
        </button>
      )}
      <button
        type="button"
        onClick={ask('transfer')}
        disabled={id === picture.leader || paused}
        aria-busy={isBusy('transfer')}
        aria-label={`Make node ${id} the leader`}
      >
        Make leader
      </button>
    </div>
  );
}
