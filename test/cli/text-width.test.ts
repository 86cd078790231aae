/** Widths of texts and tables as a terminal shows them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { coloursFor } from '../../src/cli/screen.js';
import { table } from '../../src/cli/tables.js';
import { cutText, textWidth } from '../../src/cli/text-width.js';

const test = suite('text width');

const colours = coloursFor({ write: () => true }, { FORCE_COLOR: '1' });
const plain = coloursFor({ write: () => true }, { NO_COLOR: '1' });

test('colours take no room, nor do marks; Han, kana, Hangul and emoji take two columns', () => {
  const texts = ['', 'rack-1', colours.red('rack-1'), 'e\u0301', 'é…→', '東京', 'カナ한', '✓', '🚀', 'ｆ'];
  assert.equal(texts.map(textWidth), [0, 6, 6, 1, 3, 4, 6, 1, 2, 2]);
});

test('what is cut ends in an ellipsis, is as wide as asked or one less, and closes its colours', () => {
  assert.is(cutText('stopped', 7), 'stopped');
  assert.is(cutText('stopped', 6), 'stopp…');
  assert.is(cutText('stopped', 1), '…');
  assert.is(cutText('stopped', 0), '');
  assert.is(cutText('東京都', 4), '東…', 'half a character is none');
  assert.is(cutText(`a ${colours.red('stopped')} b`, 5), `a ${colours.red('st…')}`);
  assert.is(
    cutText(`${colours.red('ab')}${colours.bold('cd')}`, 2),
    `${colours.red('a…')}${colours.bold('')}`.replace(colours.bold(''), '\u001b[1m\u001b[22m'),
  );
});

test('a table pads by what is seen, on the side that is asked for, and leaves no blanks at the end', () => {
  const rows = [
    [colours.green('ok'), '1', 'x'],
    ['東京都', '1000', ''],
  ];
  const lines = table([['CITY'], ['N', 'right'], ['']], rows, plain).split('\n');
  assert.equal(lines, ['CITY        N', `${colours.green('ok')}          1   x`, '東京都   1000']);
  assert.is(table([['CITY'], ['N', 'right'], ['']], rows, plain, false).split('\n').length, 2);
  assert.is(table([['CITY']], [], plain), 'CITY');
  assert.is(table([['CITY']], [], plain, false), '');
});

test('a table of very many rows is one pass over them', () => {
  const rows = Array.from({ length: 200_000 }, (_, number) => [String(number), 'x']);
  const lines = table([['N', 'right'], ['']], rows, plain).split('\n');
  assert.equal([lines.length, lines[1], lines.at(-1)], [200_001, '     0   x', '199999   x']);
});

test.run();
