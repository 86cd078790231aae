/** How a person runs one seed again. */

export function replayCommand(seed: number, nodes?: number): string {
  return `npm run simulate -- --replay ${seed}${nodes === undefined ? '' : ` --nodes ${nodes}`}`;
}
