/** What a call takes of the object that its caller hands over. */
import { invalid } from './options.js';

/** The known members of an argument, each read once: unknown ones are ignored. */
export function pick<Given extends object>(given: Given, names: readonly (keyof Given & string)[]): Partial<Given> {
  if (typeof given !== 'object' || (given as unknown) === null) throw invalid('an argument must be an object');
  const picked: Partial<Given> = {};
  for (const name of names) picked[name] = given[name];
  return picked;
}

/** The same of every object of a list. `name`: what the list is called. */
export function pickEach<Given extends object>(
  name: string,
  list: readonly Given[],
  members: readonly (keyof Given & string)[],
): Partial<Given>[] {
  if (!Array.isArray(list)) throw invalid(`${name} must be a list`);
  return Array.from(list as readonly Given[], (given) => pick(given, members));
}
