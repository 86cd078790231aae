/**
 * What a verb has to show, and how it is shown: as JSON on one line, or as text for people. The one place that knows
 * both; nothing is asked of a cluster here.
 */

import { listing, printable, type Column, type Style } from './tables.js';

export type RemoteFormat = 'table' | 'wide' | 'json';

export interface Answer {
  json: unknown;
  text: (style: Style) => string;
  /** 0 when absent. */
  exitCode?: number;
}

/** What was done, in a line. */
export function done(json: unknown, line: string): Answer {
  return { json, text: () => printable(line) };
}

export function rowsOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Answer {
  return { json: rows, text: (style) => listing(columns, rows, style) };
}

/** With a blank line between them. */
export function sections(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}

export function answerText({ json, text }: Answer, format: RemoteFormat, style: Style): string {
  return format === 'json' ? JSON.stringify(json) : text(style);
}
