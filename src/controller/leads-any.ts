/** Whether a broker leads a partition. Looks at all of them. */
import type { Image } from '../metadata/image.js';
import { eachTopicRecord } from '../metadata/image.js';

export function leadsAny(image: Image, brokerId: number): boolean {
  for (const { chunks } of eachTopicRecord(image)) {
    for (const chunk of chunks) if (chunk.some((partition) => partition?.leader === brokerId)) return true;
  }
  return false;
}
