/** Figures as a run gives them, made up. */
import type { Answer } from '../../bench/compare.js';

export function answer(name: string, value: number, more: Partial<Answer> = {}): Answer {
  return { question: 'clients', name, value, unit: 'ops/s', note: '', ...more };
}
