/**
 * Generated request ids name a session and a sequence, "<uuid>:<sequence>", so that whoever repeats a call under the id
 * of an `OutcomeUnknown` meets the very entry that may have been applied. Every other text is an id of the user's own.
 */

export interface WritePlace {
  /** 16 Latin-1 characters, as in `Envelope.session`. */
  readonly session: string;
  readonly sequence: number;
}

const GENERATED = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}):([1-9][0-9]{0,9})$/;
const MAX_SEQUENCE = 0xffff_ffff;

export function generatedRequestId({ session, sequence }: WritePlace): string {
  return `${uuidOfSession(session)}:${sequence}`;
}

/** Where the write with this id is, or undefined when the id is the user's own. */
export function parseGeneratedRequestId(requestId: string): WritePlace | undefined {
  const [, uuid, digits] = GENERATED.exec(requestId) ?? [];
  const sequence = Number(digits);
  if (uuid === undefined || sequence > MAX_SEQUENCE) return undefined;
  return { session: sessionOfUuid(uuid), sequence };
}

export function uuidOfSession(session: string): string {
  const hex = Array.from(session, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A UUID's text as the 16 characters of `Envelope.session`. */
export function sessionOfUuid(uuid: string): string {
  const hex = uuid.replaceAll('-', '');
  let session = '';
  for (let place = 0; place < hex.length; place += 2) {
    session += String.fromCharCode(Number.parseInt(hex.slice(place, place + 2), 16));
  }
  return session;
}
