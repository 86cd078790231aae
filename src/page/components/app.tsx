/** The whole page: which panels there are, and what of one shows in another. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { EtcdStatus } from '../../index.js';
import type { Picture } from '../../service/picture.js';
import { oneGroup, type Groups } from '../state/groups.js';
import type { PageState } from '../state/page-state.js';
import { usePageState } from '../store.js';
import { Charts } from './charts.js';
import { Engine } from './engine.js';
import { EventFeed } from './event-feed.js';
import { GroupEditor } from './group-editor.js';
import { Banner, Header } from './header.js';
import type { Selection } from '../state/link-text.js';
import { Links } from './links.js';
import { Metadata } from './metadata.js';
import { Nodes } from './nodes.js';
import { Ring } from './ring.js';
import { TokenForm } from './token-form.js';

export function App({ onToken }: { readonly onToken: (token: string | null) => void }): JSX.Element {
  const state = usePageState();
  const { connection, picture } = state;
  return (
    <>
      <Header state={state} />
      {connection.kind === 'tokenNeeded' ? (
        <TokenForm refused={connection.refused} onToken={onToken} />
      ) : (
        <>
          <Banner state={state} />
          {picture === null ? (
            <p class="waiting">Waiting for the first picture of the cluster.</p>
          ) : (
            <Panels state={state} />
          )}
        </>
      )}
    </>
  );
}

function Panels({ state }: { readonly state: PageState }): JSX.Element | null {
  const [selection, setSelection] = useState<Selection | null>(null);
  const [groups, setGroups] = useState<Groups>(oneGroup);
  const { picture, traffic, connection } = state;
  if (picture === null) return null;
  if (picture.engine !== null) return <StorePanels state={state} picture={picture} engine={picture.engine} />;
  const may = !picture.readOnly;
  return (
    <main class={connection.kind === 'live' ? 'columns' : 'columns stale'}>
      <div class="column">
        <Ring
          picture={picture}
          selection={selection}
          groups={groups}
          onSelect={setSelection}
          onGroups={may ? setGroups : null}
        />
        <Links picture={picture} traffic={traffic} selection={selection} onSelect={setSelection} />
        {may && <GroupEditor picture={picture} groups={groups} onGroups={setGroups} />}
        <EventFeed events={state.events} />
      </div>
      <div class="column">
        <Nodes picture={picture} />
        <Charts history={state.history} picture={picture} />
        <Metadata counts={picture.metadata} readOnly={picture.readOnly} />
      </div>
    </main>
  );
}

/** Of a store whose entries etcd orders. */
function StorePanels({ state, picture, engine }: StoreProps): JSX.Element {
  return (
    <main class={state.connection.kind === 'live' ? 'columns' : 'columns stale'}>
      <div class="column">
        <Engine engine={engine} />
        <EventFeed events={state.events} />
      </div>
      <div class="column">
        <Charts history={state.history} picture={picture} />
        <Metadata counts={picture.metadata} readOnly={picture.readOnly} />
      </div>
    </main>
  );
}

interface StoreProps {
  readonly state: PageState;
  readonly picture: Picture;
  readonly engine: EtcdStatus;
}
