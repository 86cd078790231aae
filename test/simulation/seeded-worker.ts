/** A thread that searches one defect after the other, by their places in the list. */
import { parentPort } from 'node:worker_threads';
import { must } from '../../src/assert.js';
import { searchDefect } from './defective-core.js';
import { SEEDED_DEFECTS } from './seeded-defects.js';

const port = must(parentPort, 'a worker thread');

port.on('message', async (place: number) => {
  port.postMessage(await searchDefect(must(SEEDED_DEFECTS[place], 'a defect')));
});
