/** Where the log is when etcd orders the entries: there is no ring to draw then, and nothing here can be killed. */
import type { JSX } from 'preact';
import type { EtcdStatus } from '../../index.js';
import { whole } from '../state/numbers.js';
import { Panel } from './panel.js';

export function Engine({ engine }: { readonly engine: EtcdStatus }): JSX.Element {
  return (
    <Panel title="Engine" aside={<span class="note">etcd, {engine.prefix}</span>}>
      <table class="records">
        <tbody>
          {factsOf(engine).map(([name, text]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="note">etcd orders the entries: its members are managed with etcdctl.</p>
    </Panel>
  );
}

function factsOf({ endpoint, endpoints, head, appliedIndex, snapshotIndex, writer, etcd }: EtcdStatus): string[][] {
  return [
    ['endpoint', `${endpoint}, ${endpoints.length === 1 ? 'the only one' : `one of ${endpoints.length}`}`],
    ['log', `up to entry ${whole(head.index)}; a snapshot up to ${whole(snapshotIndex)}`],
    ['applied', `up to entry ${whole(appliedIndex)}`],
    ['this process', writer],
    ['etcd', 'unknown' in etcd ? etcd.unknown : `${etcd.version}, ${whole(etcd.databaseBytes)} bytes`],
  ];
}
