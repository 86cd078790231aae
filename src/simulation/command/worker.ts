/** One thread of the swarm: a seed comes in, its result goes out. */
import { parentPort } from 'node:worker_threads';
import { must } from '../../assert.js';
import { simulateSeed } from '../seed.js';
import type { SeedRequest } from './threads.js';

const port = must(parentPort, 'a thread');
port.on('message', ({ seed, nodes }: SeedRequest) => {
  port.postMessage(simulateSeed(nodes === null ? { seed } : { seed, nodes }));
});
