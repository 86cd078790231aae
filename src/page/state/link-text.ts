/** One direction of a link: which it is, and what the page says of its faults. */
import type { DirectionReport } from '../../index.js';

/** The one that is looked at. */
export interface Selection {
  readonly from: number;
  readonly to: number;
}

/** '' where there are none. */
export function faultText({ delayMs, dropRate, duplicateRate, reorderRate }: DirectionReport['faults']): string {
  const parts: string[] = [];
  if (delayMs !== undefined && delayMs !== 0) {
    parts.push(typeof delayMs === 'number' ? `${delayMs} ms` : `${delayMs[0]}–${delayMs[1]} ms`);
  }
  if (dropRate !== undefined && dropRate > 0) parts.push(`${percent(dropRate)} lost`);
  if (duplicateRate !== undefined && duplicateRate > 0) parts.push(`${percent(duplicateRate)} twice`);
  if (reorderRate !== undefined && reorderRate > 0) parts.push(`${percent(reorderRate)} late`);
  return parts.join(', ');
}

/** The same for a drawing: the two that the page sets, without their names. */
export function shortFaultText(faults: DirectionReport['faults']): string {
  return faultText(faults).replaceAll(' ms', 'ms').replaceAll(' % lost', '%').replaceAll(',', '');
}

function percent(rate: number): string {
  return `${Number((rate * 100).toFixed(1))} %`;
}
