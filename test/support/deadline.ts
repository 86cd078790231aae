/**
 * Deadlines for tests: uvu has none, so a promise that never settles would end a file without naming the test.
 * The only place under `test` that may use a timer; a test waits for a condition, never for a time.
 */

const pollIntervalMs = 5;

/** Settles as `promise` does, or rejects after `deadlineMs` with an error that names what was waited for. */
export async function withDeadline<T>(name: string, deadlineMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${name}: not settled after ${deadlineMs} ms`));
    }, deadlineMs);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Polls until the condition is truthy and answers that value; rejects after `deadlineMs`, naming `what`. A throw of
 * the condition ends it at once.
 */
export async function eventually<T>(condition: () => T | Promise<T>, what: string, deadlineMs = 10_000): Promise<T> {
  let expired = false;
  const poll = async (): Promise<T> => {
    for (;;) {
      const value = await condition();
      if (value || expired) return value;
      await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
    }
  };
  try {
    return await withDeadline(`eventually ${what}`, deadlineMs, poll());
  } finally {
    expired = true;
  }
}
