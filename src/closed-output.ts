/**
 * For programs that print: `conclave up | head`. Who no longer reads is no error and gets no message; what cannot be
 * written for another reason is one line.
 */

/** What a shell shows of a program that SIGPIPE has ended. */
const READER_GONE = 141;

/** From now on, whatever is written. `program` begins the line of an error. */
export function endWithReader(program: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(READER_GONE);
    process.stderr.write(`${program}: cannot write: ${error.message}\n`);
    process.exit(1);
  });
  process.stderr.on('error', () => undefined); // nobody is left to be told
}
