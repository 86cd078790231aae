/**
 * What the text of a setting may say, by the types of Kafka's ConfigDef, and the one text in which each value is kept:
 * Kafka keeps what it was given, but equal values should be equal bytes here. Which setting has which rule is
 * `topic-settings.ts`.
 */
import { unreachable } from '../assert.js';
import { MAX_SETTING_LENGTH } from './limits.js';

export type ValueRule =
  /** `also`: allowed outside the range. */
  | { readonly type: 'int' | 'long'; readonly from: bigint; readonly to: bigint; readonly also?: bigint }
  | { readonly type: 'double'; readonly from: number; readonly to: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'enum'; readonly choices: readonly string[] }
  /** Distinct elements with commas between them; none is a list too. */
  | { readonly type: 'list'; readonly choices: readonly string[] }
  /** A list of partition:broker, or * alone. */
  | { readonly type: 'replicas' }
  /** A release of Kafka. */
  | { readonly type: 'version' };

export const MAX_INT = 2n ** 31n - 1n;
export const MAX_LONG = 2n ** 63n - 1n;

const WHOLE_NUMBER = /^([+-]?)0*(\d{1,19})$/;
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;
const REPLICA = /^\d{1,10}:\d{1,10}$/;
const VERSION = /^\d{1,3}(\.\d{1,3}){1,3}(-IV\d{1,3})?$/;

/** The text in which the value is kept; undefined: the text is none that is allowed. Blanks around it are no part. */
export function canonicalText(rule: ValueRule, text: string): string | undefined {
  if (text.length > MAX_SETTING_LENGTH) return undefined;
  const trimmed = text.trim();
  switch (rule.type) {
    case 'int':
    case 'long':
      return wholeNumber(rule, trimmed);
    case 'double':
      return decimal(rule, trimmed);
    case 'boolean':
      return ['true', 'false'].find((word) => word === trimmed.toLowerCase());
    case 'enum':
      return rule.choices.includes(trimmed) ? trimmed : undefined;
    case 'list':
    case 'replicas':
      return list(rule, elementsOf(trimmed));
    case 'version':
      return VERSION.test(trimmed) ? trimmed : undefined;
    default:
      return unreachable(rule);
  }
}

/** In words, to stand behind "must be". */
export function allowedValues(rule: ValueRule): string {
  switch (rule.type) {
    case 'int':
      return `a whole number from ${rule.from} to ${rule.to}${rule.also === undefined ? '' : ` or ${rule.also}`}`;
    case 'long':
      return `a whole number of at least ${rule.from}`;
    case 'double':
      return `a number from ${rule.from} to ${rule.to}`;
    case 'boolean':
      return 'true or false';
    case 'enum':
      return `one of ${rule.choices.join(', ')}`;
    case 'list':
      return `a list of ${rule.choices.join(', ')}`;
    case 'replicas':
      return 'a list of partition:broker, or *';
    case 'version':
      return 'a version of Kafka, like 3.0-IV1';
    default:
      return unreachable(rule);
  }
}

export function isList(rule: ValueRule): boolean {
  return rule.type === 'list' || rule.type === 'replicas';
}

/** Each once, in the order of the text. */
export function elementsOf(text: string): string[] {
  if (text.trim() === '') return [];
  return [...new Set(text.split(',').map((element) => element.trim()))];
}

function wholeNumber(rule: ValueRule & { type: 'int' | 'long' }, text: string): string | undefined {
  const [, sign, digits] = WHOLE_NUMBER.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  return (value >= rule.from && value <= rule.to) || value === rule.also ? String(value) : undefined;
}

function decimal(rule: ValueRule & { type: 'double' }, text: string): string | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  // String(-0) is '0'.
  return value >= rule.from && value <= rule.to ? String(value) : undefined;
}

function list(rule: ValueRule & { type: 'list' | 'replicas' }, elements: readonly string[]): string | undefined {
  const isElement = (element: string): boolean =>
    rule.type === 'list' ? rule.choices.includes(element) : REPLICA.test(element);
  const isWildcard = rule.type === 'replicas' && elements.length === 1 && elements[0] === '*';
  return isWildcard || elements.every(isElement) ? elements.join(',') : undefined;
}
