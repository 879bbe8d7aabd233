/** A job of one thread on the test's own thread: what unit tests of kernels and of the tree core run in. */
import { readFileSync } from 'node:fs';
import { Arena } from '../../src/kernels/arena.js';
import type { KernelExports } from '../../src/kernels/exports.js';
import type { JobContext } from '../../src/kernels/job.js';

let compiled: WebAssembly.Module | undefined;

export function aloneContext<Args>(args: Args): { context: JobContext<Args>; arena: Arena; kernels: KernelExports } {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../src/kernels/kernels.wasm', import.meta.url)));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const abort = (): never => {
    throw new Error('A kernel aborted');
  };
  const kernels = new WebAssembly.Instance(compiled, { env: { memory, abort } }).exports as unknown as KernelExports;
  const context: JobContext<Args> = {
    thread: 0,
    threads: 1,
    args,
    memory,
    kernels,
    barrier: () => kernels.resetUnits(),
    nextUnit: kernels.nextUnit,
    cancelled: () => false,
    check: () => {},
    ask: () => {
      throw new Error('Nobody answers');
    },
    report: () => {},
  };
  return { context, arena: new Arena(context), kernels };
}
