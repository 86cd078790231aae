/** Counts of up to 2^53 as eight bytes, little-endian: as `setBigUint64` writes them, without a BigInt for each. */

const HIGH = 2 ** 32;

export function setUint64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value % HIGH, true);
  view.setUint32(offset + 4, value / HIGH, true);
}

/** The nearest number to what is there: larger than any count that was written, where it is none. */
export function getUint64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * HIGH + view.getUint32(offset, true);
}
