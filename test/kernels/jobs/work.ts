/** Job modules of the pool's tests: one function that behaves as its arguments say. */
import { InvalidInputError } from '../../../src/core/errors.js';
import { Arena } from '../../../src/kernels/arena.js';
import type { JobContext } from '../../../src/kernels/job.js';

export interface Work {
  does:
    | 'sum'
    | 'throw-typed'
    | 'throw-plain'
    | 'exit'
    | 'spin'
    | 'deaf'
    | 'sleep'
    | 'report'
    | 'grow'
    | 'units'
    | 'fill'
    | 'ask';
  shared?: Float64Array;
  bytes?: number;
  steps?: number;
}

export function run(context: JobContext<Work>): unknown {
  const { args, thread, threads, kernels } = context;
  switch (args.does) {
    case 'sum': {
      const arena = new Arena(context);
      const address = arena.alloc(8 * threads);
      arena.commit();
      const partial = arena.float64(address, threads);
      const values = args.shared ?? new Float64Array();
      for (let i = thread; i < values.length; i += threads) partial[thread] += values[i];
      context.barrier();
      return partial.reduce((a, b) => a + b, 0);
    }
    case 'throw-typed':
      if (thread === threads - 1)
        throw new InvalidInputError('bad rows', { hint: 'fix them', details: { rows: [3, 4] } });
      context.barrier();
      return undefined;
    case 'throw-plain':
      if (thread === 0) throw new RangeError('out of luck');
      context.barrier();
      return undefined;
    case 'exit':
      if (thread === threads - 1) process.exit(7);
      context.barrier();
      return undefined;
    case 'spin':
      for (;;) {
        context.barrier();
        context.check();
      }
    case 'deaf':
      for (;;) kernels.nextUnit();
    case 'sleep': {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, args.steps ?? 100);
      context.check();
      return thread;
    }
    case 'report': {
      const steps = args.steps ?? 0;
      const until = performance.now() + 300;
      for (let step = 1; step <= steps; step++) {
        while (performance.now() < until - 300 + (300 * step) / steps) {}
        context.report({ phase: 'fit', step, total: steps });
      }
      return undefined;
    }
    case 'grow': {
      const arena = new Arena(context);
      arena.alloc(args.bytes ?? 0);
      arena.commit();
      return context.memory.buffer.byteLength;
    }
    case 'units': {
      const arena = new Arena(context);
      const address = arena.alloc(4 * 3000);
      arena.commit();
      const taken = arena.int32(address, 3000);
      for (let phase = 0; phase < 3; phase++) {
        for (let unit = context.nextUnit(); unit < 1000; unit = context.nextUnit()) taken[phase * 1000 + unit]++;
        context.barrier();
      }
      return taken.slice();
    }
    case 'ask': {
      const answers: unknown[] = [];
      for (let i = 0; i < (args.steps ?? 1); i++) {
        if (thread === 0) answers.push(context.ask({ number: i, shared: args.shared }));
        context.barrier();
      }
      return answers;
    }
    case 'fill':
      return { values: new Float64Array(args.steps ?? 0).fill(2), name: 'filled' };
  }
}
