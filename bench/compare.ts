/** An earlier run beside this one, figure by figure, and which of them got worse by more than a threshold. Pure. */
import type { Figure } from './figure.js';

/** A figure and the question that it answers. */
export interface Answer extends Figure {
  readonly question: string;
}

export interface Change {
  readonly question: string;
  readonly name: string;
  readonly unit: Figure['unit'];
  /** Null: only the other run has it, or it was not measured. */
  readonly before: number | null;
  readonly now: number | null;
  /** Of the earlier value; null where there is none to compare with. */
  readonly changePercent: number | null;
  readonly verdict: 'worse' | 'better' | '';
}

export function compareAnswers(before: readonly Answer[], now: readonly Answer[], thresholdPercent: number): Change[] {
  const keyOf = ({ question, name }: Answer): string => `${question}: ${name}`;
  const earlier = new Map(before.map((answer) => [keyOf(answer), answer]));
  const here = new Set(now.map(keyOf));
  const asked = new Set(now.map(({ question }) => question));
  return [
    ...now.map((answer) => changeOf(earlier.get(keyOf(answer)), answer, thresholdPercent)),
    // What this run did not ask is not missing.
    ...before.filter((answer) => asked.has(answer.question) && !here.has(keyOf(answer))).map(onlyBefore),
  ];
}

function changeOf(before: Answer | undefined, answer: Answer, thresholdPercent: number): Change {
  const { question, name, unit } = answer;
  const [was, is] = [valueOf(before), valueOf(answer)];
  const changePercent = was === null || is === null || was === 0 ? null : (is / was - 1) * 100;
  const verdict = changePercent === null ? '' : judge(changePercent * sign(answer), thresholdPercent);
  return { question, name, unit, before: was, now: is, changePercent, verdict };
}

function onlyBefore(answer: Answer): Change {
  const { question, name, unit } = answer;
  return { question, name, unit, before: valueOf(answer), now: null, changePercent: null, verdict: '' };
}

/** JSON has no number for what is not one. */
function valueOf(answer: Answer | undefined): number | null {
  const value = answer?.value as number | null | undefined;
  return value === undefined || value === null || Number.isNaN(value) ? null : value;
}

function judge(gainPercent: number, thresholdPercent: number): Change['verdict'] {
  if (gainPercent < -thresholdPercent) return 'worse';
  return gainPercent > thresholdPercent ? 'better' : '';
}

/** +1 where more is better, -1 where less is, 0 where neither is known: a ratio says it by its goal. */
function sign({ unit, goal }: Figure): 1 | -1 | 0 {
  if (goal !== undefined) return 'atMost' in goal ? -1 : 1;
  switch (unit) {
    case 'ops/s':
      return 1;
    case 'ms':
    case 'µs':
    case 'ns':
    case 'MB':
    case 'kB':
    case 'B':
      return -1;
    case 'x':
    case '%':
    case 'entries':
      return 0;
  }
}
