/** Which of the known names was probably meant: the one that the fewest insertions, deletions and replacements give. */

/** What stands further behind in a name makes no difference: the time is bounded whatever is given. */
const MAX_COMPARED = 64;

/** The first of the nearest. */
export function nearestName(given: string, names: readonly string[]): string {
  const wanted = given.slice(0, MAX_COMPARED).toLowerCase();
  let nearest = '';
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const distance = editDistance(wanted, name);
    if (distance >= least) continue;
    nearest = name;
    least = distance;
  }
  return nearest;
}

/** Levenshtein's, row by row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, length) => length);
  for (let taken = 1; taken <= from.length; taken += 1) {
    const next = [taken];
    for (let made = 1; made <= to.length; made += 1) {
      const replaced = (row[made - 1] ?? 0) + (from[taken - 1] === to[made - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[made] ?? 0) + 1, (next[made - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
