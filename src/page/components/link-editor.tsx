/** One direction of a link: what passes, and the faults that it is given. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../api.js';
import type { Picture } from '../../service/picture.js';
import { compact, plural, whole } from '../state/numbers.js';
import type { DirectionTraffic } from '../state/traffic.js';
import { useDeed } from './deed.js';
import { NumberField } from './number-field.js';
import type { Selection } from '../state/link-text.js';
import { FailureNote } from './panel.js';

interface LinkEditorProps {
  readonly selection: Selection;
  readonly picture: Picture;
  readonly traffic: DirectionTraffic | undefined;
  readonly onClose: () => void;
}

export function LinkEditor({ selection, picture, traffic, onClose }: LinkEditorProps): JSX.Element {
  const { from, to } = selection;
  const link = picture.links.find(({ ends }) => ends.includes(from) && ends.includes(to));
  const name = `Node ${from} to node ${to}`;
  return (
    <div class="editor" role="group" aria-label={name}>
      <div class="panel-head">
        <h3>{name}</h3>
        <button type="button" class="quiet" onClick={onClose} aria-label="Close">
          ✕
        </button>
      </div>
      <p class="note">{trafficText(traffic, link?.reconnects ?? 0)}</p>
      {link?.lastError !== undefined && link.state !== 'connected' && <p class="note">{link.lastError}</p>}
      {!picture.readOnly && <FaultForm selection={selection} traffic={traffic} />}
    </div>
  );
}

function trafficText(traffic: DirectionTraffic | undefined, reconnects: number): string {
  if (traffic === undefined) return 'The link does not answer.';
  const { deliveredPerSecond, report } = traffic;
  const again = plural(reconnects, 'time');
  const counts = `${whole(report.dropped)} lost so far, ${whole(report.queued)} waiting`;
  return `${compact(deliveredPerSecond)} messages/s, ${counts}, connected again ${again}`;
}

/** What a direction has now is what the fields begin with. */
function FaultForm({ selection: { from, to }, traffic }: Pick<LinkEditorProps, 'selection' | 'traffic'>): JSX.Element {
  const deed = useDeed();
  const { delayMs = 0, dropRate = 0 } = traffic?.report.faults ?? {};
  const [delay, setDelay] = useState(String(typeof delayMs === 'number' ? delayMs : delayMs[1]));
  const [drop, setDrop] = useState(String(dropRate * 100));
  const ask = (verb: 'cut' | 'faults' | 'heal', body: object): void => {
    void deed.run(verb, () => post(`/v1/links/${from}/${to}/${verb}`, body));
  };
  const faults = { delayMs: Number(delay), dropRate: Number(drop) / 100 };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        ask('faults', { ...faults, from });
      }}
    >
      <div class="fields">
        <NumberField step="any" least={0} name="Delay, ms" value={delay} most={60_000} onValue={setDelay} />
        <NumberField step="any" least={0} name="Drop, %" value={drop} most={100} onValue={setDrop} />
      </div>
      <div class="deeds">
        <button type="submit" aria-busy={deed.busy === 'faults'}>
          Apply to {from}→{to}
        </button>
        <button
          type="button"
          onClick={() => {
            ask('faults', faults);
          }}
        >
          Apply to both
        </button>
      </div>
      <div class="deeds">
        <button
          type="button"
          class="danger"
          disabled={traffic?.report.cut === true}
          onClick={() => {
            ask('cut', { from });
          }}
        >
          Cut {from}→{to}
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => {
            ask('cut', {});
          }}
        >
          Cut both
        </button>
        <button
          type="button"
          onClick={() => {
            setDelay('0');
            setDrop('0');
            ask('heal', {});
          }}
        >
          Heal link
        </button>
      </div>
      <FailureNote failure={deed.failure} onDismiss={deed.dismiss} />
    </form>
  );
}
