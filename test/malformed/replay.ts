/**
 * Replays one mutated input: `node dist/test/malformed/replay.js KIND SEED NUMBER`. Prints what became of it; exit code
 * 1 when a rule did not hold. The group beside it is tried first: what takes long is told by what is usual.
 */
import { GROUP, InputWatch, targetOf, tryGroup } from './inputs.js';

const [kind = '', seed = '1', number = '0'] = process.argv.slice(2);
const target = targetOf(kind);
const watch = new InputWatch(target, () => undefined);
const group = Math.floor(Number(number) / GROUP);
const failure = tryGroup(target, Number(seed), group ^ 1, watch) ?? tryGroup(target, Number(seed), group, watch);
console.log(failure === null ? 'every rule held' : `${failure.kind} ${failure.number}: ${failure.problem}`);
process.exitCode = failure === null ? 0 : 1;
