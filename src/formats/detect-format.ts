/** Which of the formats of this folder a text is in, as far as can be told before it is read. */

export type FileFormat = 'kcat' | 'strimzi' | 'reassignment';

/**
 * By the members that only one of them has, so that it also holds for a text that is broken further on. What is none of
 * the two in JSON is taken for YAML.
 */
export function detectFormat(text: string): FileFormat {
  if (!/^\s*\{/.test(text)) return 'strimzi';
  if (/"(?:originating_broker|controllerid|brokers)"\s*:/.test(text)) return 'kcat';
  return /"partitions"\s*:\s*\[/.test(text) ? 'reassignment' : 'strimzi';
}
