/** Numbers as the page writes them: short, and of a width that does not jump. */

const UNITS = ['', 'k', 'M', 'G'];

/** 950, 1.2k, 98k, 1.3M. */
export function compact(value: number): string {
  let rest = Math.abs(value);
  let unit = 0;
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1_000;
    unit += 1;
  }
  const digits = unit > 0 && rest < 9.95 ? 1 : 0;
  return `${value < 0 ? '-' : ''}${rest.toFixed(digits)}${UNITS[unit] ?? ''}`;
}

/** 0.24 ms, 3.1 ms, 48 ms, 1.2 s. */
export function duration(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms >= 9.95) return `${Math.round(ms)} ms`;
  return `${ms.toFixed(ms >= 0.995 ? 1 : 2)} ms`;
}

export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

export function plural(count: number, one: string, more = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : more}`;
}

/** 1, 2 or 5 times a power of ten, not below the value: where an axis ends. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const times = [1, 2, 5, 10].find((step) => step * power >= value * 0.999_999) ?? 10;
  return times * power;
}

/** Of a day, to the second. */
export function clock(unixMs: number): string {
  return new Date(unixMs).toLocaleTimeString('en-GB');
}
