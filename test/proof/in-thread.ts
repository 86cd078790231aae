/** Calls an exported function in a thread of its own, for gates that use both cores. */
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

interface Call {
  readonly module: string;
  readonly name: string;
  readonly parameters: readonly unknown[];
}

/** `module`: an address, as of `import.meta.resolve`. Parameters and result are structured-clone values. */
export function inThread<Parameters extends readonly unknown[], Result>(
  module: string,
  called: (...parameters: Parameters) => Result | Promise<Result>,
  ...parameters: Parameters
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const call: Call = { module, name: called.name, parameters };
    const worker = new Worker(new URL(import.meta.url), { workerData: call });
    worker.on('message', resolve).on('error', reject);
    worker.on('exit', () => {
      reject(new Error(`${called.name} ended without a result`));
    });
  });
}

if (!isMainThread) {
  const { module, name, parameters } = workerData as Call;
  const exported = (await import(module)) as Record<string, (...parameters: readonly unknown[]) => unknown>;
  parentPort?.postMessage(await exported[name]?.(...parameters));
}
