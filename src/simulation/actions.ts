/**
 * What is done to the cluster from outside: by its clients, its operator, the nemesis. Each action has a number and a
 * random sequence of its own, both independent of all else that happens: so a run can be repeated without some of them
 * (`only`), and the others stay what they were. That is how a failing seed is shrunk.
 */
import { createRandom, drawFraction, type Random } from '../random.js';
import { extendDigest } from './digest.js';
import { schedule } from './event-queue.js';
import type { World } from './world.js';

const ACTORS = ['nemesis', 'writer', 'reader', 'administrator', 'lastWriter'] as const;
/** Not in every cluster: they count for themselves, behind all others. */
const FIRST_OF_BROKERS = 2 ** 30;
type Actor = (typeof ACTORS)[number] | 'brokers';

export interface Action {
  readonly number: number;
  readonly random: Random;
}

/** Of a name, or of a place in a sequence: unrelated to all others of the seed. */
export function randomOf(seed: number, purpose: number): Random {
  return createRandom(extendDigest(extendDigest(seed, 0x5eed), purpose));
}

/** Acts over and over, until `act` says false. `meanMs`: the time between two actions. */
export function repeat(world: World, actor: Actor, meanMs: number, act: (action: Action) => boolean): void {
  const { actions, queue } = world;
  let number = actor === 'brokers' ? FIRST_OF_BROKERS : ACTORS.indexOf(actor);
  const next = (): void => {
    const action = { number, random: randomOf(actions.seed, number) };
    number += ACTORS.length;
    schedule(queue, -Math.log(1 - drawFraction(action.random)) * meanMs, () => {
      const { only } = actions;
      if (world.phase === 'faults' && only !== null && !only.has(action.number)) next();
      else if (act(action)) next();
    });
  };
  next();
}

/** Notes what an action does, for the list of a shrunk seed, and for a replay. */
export function noteAction(world: World, { number }: Action, describe: () => string): void {
  const { taken } = world.actions;
  if (world.phase !== 'faults' || (taken === null && world.log === null)) return;
  const description = describe();
  taken?.set(number, description);
  world.log?.(`${world.queue.nowMs.toFixed(2).padStart(10)}  action ${number}: ${description}`);
}
