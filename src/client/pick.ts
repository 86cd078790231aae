/** What a call takes of the object that its caller hands over. */
import { invalid } from './options.js';

/** The known members of an argument, each read once: unknown ones are ignored. */
export function pick<Given extends object>(given: Given, names: readonly (keyof Given & string)[]): Partial<Given> {
  if (typeof given !== 'object' || (given as unknown) === null) throw invalid('an argument must be an object');
  const picked: Partial<Given> = {};
  for (const name of names) picked[name] = given[name];
  return picked;
}
