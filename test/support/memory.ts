/** What a process holds in memory once nothing is under way, for leak checks. */
import { setImmediate } from 'node:timers/promises';
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Reachable bytes of this thread, without the code that the engine makes of what runs often. */
export async function heldBytes(): Promise<number> {
  // What ended threads held is freed by finalizers, which run in between.
  for (let round = 0; round < 3; round += 1) {
    collectGarbage();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external - getHeapCodeStatistics().code_and_metadata_size;
}
