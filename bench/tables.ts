/** What a run prints: all figures, what has changed, and at the end the goals. */
import type { Colours } from '../src/cli/screen.js';
import { table } from '../src/cli/tables.js';
import type { Answer, Change } from './compare.js';
import { detailText, goalText, isMeasured, isMet, quantity, reachedText, verdictText } from './figure.js';

export function figureTable(answers: readonly Answer[], colours: Colours): string {
  return table(
    [['QUESTION'], ['FIGURE'], ['MEASURED', 'right'], ['GOAL', 'right'], [''], ['DETAILS']],
    answers.map((answer) => [
      answer.question,
      answer.name,
      reachedText(answer),
      goalText(answer),
      coloured(answer, colours),
      detailText(answer),
    ]),
    colours,
  );
}

/** And what could not be measured: a row that is absent would look as if nothing had been promised. */
export function goalTable(answers: readonly Answer[], colours: Colours): string {
  return table(
    [['WORK'], ['REACHED', 'right'], ['GOAL', 'right'], ['']],
    answers
      .filter((answer) => answer.goal !== undefined || !isMeasured(answer))
      .map((answer) => {
        const verdict = isMeasured(answer) ? coloured(answer, colours) : answer.note;
        return [answer.name, reachedText(answer), goalText(answer), verdict];
      }),
    colours,
  );
}

export function changeTable(changes: readonly Change[], colours: Colours): string {
  const valueText = (value: number | null, { unit }: Change): string => (value === null ? '-' : quantity(value, unit));
  const changeText = ({ changePercent }: Change): string =>
    changePercent === null ? '-' : `${changePercent < 0 ? '' : '+'}${changePercent.toFixed(1)} %`;
  const verdicts = { worse: colours.red('worse'), better: colours.green('better'), '': '' };
  return table(
    [['QUESTION'], ['FIGURE'], ['BEFORE', 'right'], ['NOW', 'right'], ['CHANGE', 'right'], ['']],
    changes.map((change) => [
      change.question,
      change.name,
      valueText(change.before, change),
      valueText(change.now, change),
      changeText(change),
      verdicts[change.verdict],
    ]),
    colours,
  );
}

function coloured(answer: Answer, colours: Colours): string {
  if (answer.goal === undefined || !isMeasured(answer)) return verdictText(answer);
  return isMet(answer) ? colours.green(verdictText(answer)) : colours.red(verdictText(answer));
}
