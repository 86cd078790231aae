/** What the feed says of an event of the cluster: one line, from plain data whose members vary with its kind. */
import type { ClusterEvent, HealthProblem } from '../../index.js';
import { reasonText } from './reason-text.js';

export interface EventLine {
  /** Grows by one with each line. */
  readonly number: number;
  readonly at: number;
  readonly kind: string;
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
}

export const MAX_LINES = 200;

export function eventLine(number: number, event: ClusterEvent): EventLine {
  const { at, kind } = event;
  const { text, tone } = describe(event);
  return { number, at, kind, text, tone };
}

function describe(event: ClusterEvent): Pick<EventLine, 'text' | 'tone'> {
  switch (event.kind) {
    case 'leader':
      return describeLeader(event);
    case 'controller':
      return describeController(event);
    case 'health':
      return describeHealth(event);
    case 'node':
      return describeNode(event);
    case 'link':
      return describeLink(event);
    default:
      return describeOther(event);
  }
}

function describeLeader({ leader, term }: ClusterEvent): Pick<EventLine, 'text' | 'tone'> {
  if (typeof leader !== 'number') return { text: 'no leader', tone: 'bad' };
  return { text: `node ${leader} leads in term ${String(term)}`, tone: 'good' };
}

function describeController({ writer, here, term }: ClusterEvent): Pick<EventLine, 'text' | 'tone'> {
  if (typeof writer !== 'string') return { text: 'no process leads', tone: 'bad' };
  return { text: `${here === true ? 'this' : 'another'} process leads in term ${String(term)}`, tone: 'good' };
}

function describeHealth({ healthy, reasons }: ClusterEvent): Pick<EventLine, 'text' | 'tone'> {
  const told = Array.isArray(reasons) ? (reasons as HealthProblem[]).map(reasonText) : [];
  if (healthy === true) return { text: ['healthy', ...told].join('; '), tone: 'good' };
  return { text: told.join('; '), tone: 'bad' };
}

function describeNode({ node, change, stopReason }: ClusterEvent): Pick<EventLine, 'text' | 'tone'> {
  const why = typeof stopReason === 'string' && stopReason !== change ? ` (${stopReason})` : '';
  const tone = change === 'stopped' ? 'bad' : change === 'started' ? 'good' : 'plain';
  return { text: `node ${String(node)} ${String(change)}${why}`, tone };
}

function describeLink({ ends, change, ...more }: ClusterEvent): Pick<EventLine, 'text' | 'tone'> {
  const name = Array.isArray(ends) ? ends.join('–') : '';
  const { at: _at, kind: _kind, ...details } = more;
  const tone = change === 'cut' || change === 'disconnected' ? 'bad' : change === 'healed' ? 'good' : 'plain';
  return {
    text: [`link ${name} ${String(change)}`, fieldsText(details)].filter((part) => part !== '').join(', '),
    tone,
  };
}

function fieldsText(details: object): string {
  return Object.entries(details)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

function describeOther({ at: _at, kind: _kind, ...details }: ClusterEvent): Pick<EventLine, 'text' | 'tone'> {
  return { text: fieldsText(details), tone: 'plain' };
}
