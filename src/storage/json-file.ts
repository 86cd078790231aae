/**
 * A small file that says what others mean: JSON that people can read, with a format version and a checksum over the
 * rest. Replaced whole and atomically: a reader finds the old one or the new one.
 */
import { checksum } from './checksum.js';
import { corruptLog } from './corrupt-log.js';
import type { Disk } from './disk.js';

const FORMAT = 1;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Content = Readonly<Record<string, unknown>>;

/** On the disk, name included, when this returns. */
export function writeJsonFile(disk: Disk, folder: string, name: string, content: Content): void {
  const whole = { format: FORMAT, ...content };
  const text = `${JSON.stringify({ ...whole, checksum: checksumOf(whole) }, null, 2)}\n`;
  const temporary = `${folder}/${name}.tmp`;
  const file = disk.open(temporary, 'create');
  try {
    file.write([encoder.encode(text)], 0);
    file.sync();
  } finally {
    file.close();
  }
  disk.rename(temporary, `${folder}/${name}`);
  disk.syncFolder(folder);
}

/** Null: there is no such file. Throws `CorruptLog` when it is not one of this format, as it was written. */
export function readJsonFile(disk: Disk, folder: string, name: string): Content | null {
  if (!disk.list(folder).includes(name)) return null;
  const path = `${folder}/${name}`;
  const { checksum: expected, ...whole } = parse(readText(disk, path), path);
  if (!matches(whole, expected)) throw corruptLog(path, 0, 'its checksum is another');
  if (whole['format'] !== FORMAT) throw corruptLog(path, 0, `this program reads format ${FORMAT}, which it is not`);
  return whole;
}

function readText(disk: Disk, path: string): string {
  const file = disk.open(path, 'read');
  try {
    return decoder.decode(file.read(0, file.size()));
  } finally {
    file.close();
  }
}

function parse(text: string, path: string): Content {
  const content = parseContent(text);
  if (content === null) throw corruptLog(path, 0, 'it is not JSON');
  return content;
}

/** Null when it is no JSON object. */
export function parseContent(text: string): Content | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Content) : null;
  } catch {
    return null;
  }
}

function matches(content: Content, expected: unknown): boolean {
  try {
    return checksumOf(content) === expected;
  } catch {
    return false;
  }
}

/** Throws on what is nested deeper than the stack. */
function checksumOf(content: Content): number {
  return checksum(encoder.encode(JSON.stringify(content)));
}
