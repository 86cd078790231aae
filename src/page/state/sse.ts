/** Server-sent events out of a stream of text, as the HTML standard has them. Who reads the stream is `feed.ts`. */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** Takes text as it comes, in pieces of any size, and gives the events that are complete. */
export function createEventReader(): (text: string) => ServerEvent[] {
  let rest = '';
  return (text) => {
    const blocks = `${rest}${text}`.split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.flatMap(readBlock);
  };
}

/** A comment, or an id alone, is no event. */
function readBlock(block: string): ServerEvent[] {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice('event: '.length);
    else if (line.startsWith('data: ')) data.push(line.slice('data: '.length));
  }
  return data.length === 0 ? [] : [{ event, data: data.join('\n') }];
}
