/**
 * Seeded randomness as plain data: the same seed draws the same numbers in every thread and version of Node.
 * Not for identities, sessions or request ids; those come from `crypto.randomUUID()`.
 * The generator is sfc32 (Chris Doty-Humphrey's PractRand), seeded through splitmix32.
 */

export interface Random {
  a: number;
  b: number;
  c: number;
  counter: number;
}

const WARM_UP_ROUNDS = 12;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  const random: Random = { a: next(), b: next(), c: next(), counter: 1 };
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) drawUint32(random);
  return random;
}

function drawUint32(random: Random): number {
  const result = (((random.a + random.b) | 0) + random.counter) | 0;
  random.counter = (random.counter + 1) | 0;
  random.a = random.b ^ (random.b >>> 9);
  random.b = (random.c + (random.c << 3)) | 0;
  random.c = (((random.c << 21) | (random.c >>> 11)) + result) | 0;
  return result >>> 0;
}

/** A number in [0, 1). */
export function drawFraction(random: Random): number {
  return drawUint32(random) / 0x1_0000_0000;
}

/** A whole number in [from, to). */
export function drawInteger(random: Random, from: number, to: number): number {
  return from + Math.floor(drawFraction(random) * (to - from));
}

/** True with the given probability, 0..1. Always draws, so that a rate of 0 does not shift the sequence. */
export function drawChance(random: Random, rate: number): boolean {
  return drawFraction(random) < rate;
}
