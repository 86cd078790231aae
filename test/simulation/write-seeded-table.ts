/** Searches all planted defects and writes the table anew: after a change of the simulator or of a detector. */
import { SEEDED_DEFECTS } from './seeded-defects.js';
import { searchAll } from './seeded-search.js';
import { figuresOf, lineOf, writeTable, type Results } from './seeded-table.js';
import { must } from '../../src/assert.js';

const found = await searchAll([...SEEDED_DEFECTS.keys()], (place, result) => {
  console.log(lineOf(must(SEEDED_DEFECTS[place], 'a defect'), result));
});
const results: Results = SEEDED_DEFECTS.map((_, place) => found.get(place) ?? null);
writeTable(results);
console.log(figuresOf(results));
