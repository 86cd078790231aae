/** Bytes that are no request, or one that no service should take; drawn from a seed. Nothing is sent here. */
import { drawChance, drawInteger, type Random } from '../../src/random.js';
import { pickOf } from './malformed-requests.js';

/** Written to a socket as they are. An answer is not owed, but another one than 4xx must not come. */
export interface MalformedBytes {
  readonly kind: string;
  readonly bytes: Buffer;
}

const HOST = 'Host: localhost\r\n';
const LINES: readonly string[] = [
  'GET /v1/status\r\n\r\n',
  'GET /v1/status HTTP/9.9\r\n\r\n',
  'GET /v1/status HTTP/1.1\r\n\r\n',
  `GET /v1/status HTTP/1.1\r\n${HOST}Host: evil.example\r\nBad Name: 1\r\n\r\n`,
  `GET\t/v1/status\tHTTP/1.1\r\n${HOST}\r\n`,
  `get /v1/status HTTP/1.1\r\n${HOST}\r\n`,
  `GET v1/status HTTP/1.1\r\n${HOST}\r\n`,
  `GET //\\evil HTTP/1.1\r\n${HOST}\r\n`,
  `GET /v1/nothing HTTP/1.1\r\n${HOST} folded: 1\r\n\r\n`,
  `GET * HTTP/1.1\r\n${HOST}\r\n`,
  `CONNECT evil.example:80 HTTP/1.1\r\n${HOST}\r\n`,
  `POST /v1/topics HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`,
  `POST /v1/topics HTTP/1.1\r\n${HOST}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`,
  `POST /v1/topics HTTP/1.1\r\n${HOST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
  `POST /v1/topics HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}`,
  `POST /v1/topics HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: gzip\r\n\r\n{}`,
  `POST /v1/topics HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{"name":`,
  `POST /v1/topics HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":`,
  `POST /v1/topics HTTP/1.1\r\n${HOST}Expect: everything\r\nContent-Length: 0\r\n\r\n`,
];

export function drawBytes(random: Random): MalformedBytes {
  if (drawChance(random, 0.3)) {
    const noise = Buffer.from(Array.from({ length: drawInteger(random, 1, 400) }, () => drawInteger(random, 0, 256)));
    return { kind: 'noise', bytes: noise };
  }
  return { kind: 'broken HTTP', bytes: Buffer.from(pickOf(random, LINES), 'latin1') };
}
