/**
 * 64 bits of a text, as two lanes of 32 that feed each other (the rounds of MurmurHash3). Not cryptographic: nobody
 * chooses the texts to collide.
 */

export function hashText(text: string): { readonly high: number; readonly low: number } {
  let high = 0x243f6a88;
  let low = 0x85a308d3;
  for (let position = 0; position < text.length; position += 1) {
    const unit = Math.imul(text.charCodeAt(position) + 1, 0xcc9e2d51);
    const rolled = (unit << 15) | (unit >>> 17);
    high ^= Math.imul(rolled, 0x1b873593);
    high = (((high << 13) | (high >>> 19)) + low) | 0;
    high = (Math.imul(high, 5) + 0x561ccd1b) | 0;
    low ^= Math.imul(rolled, 0xab0e9789);
    low = (((low << 17) | (low >>> 15)) + high) | 0;
    low = (Math.imul(low, 5) + 0x0bcaa747) | 0;
  }
  high ^= text.length;
  high = (high + mix(low)) | 0;
  low = (low + mix(high)) | 0;
  return { high: mix(high) >>> 0, low: mix(low) >>> 0 };
}

/** Spreads each bit over all 32; no two numbers become one. */
export function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
