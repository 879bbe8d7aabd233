/** Sample weights, of models that take them. */
import { assert, assertClose, assertSame, outputs } from './assertions.js';
import type { Promised, Subject } from './promise.js';

const weighted: Promised['applies'] = (info) => info.capabilities.sampleWeights;

/** Weights 0, 1, 2 in turn, and what a model makes of them. */
const zeroOneTwo = (s: Subject) =>
  s.remember('weights 0, 1, 2', async () => {
    const { X, y } = s.data();
    const weights = Float32Array.from(y, (_, i) => (i * 7) % 3);
    return { X, y, weights, outputs: await outputs(await s.fitted({ X, y, weights }), X) };
  });

export const WEIGHTS: readonly Promised[] = [
  {
    name: 'a weight of zero equals absence',
    applies: weighted,
    check: async (s) => {
      const { X, y, weights, outputs: expected } = await zeroOneTwo(s);
      const kept = [...y.keys()].filter((i) => weights[i] > 0);
      const without = await s.fitted({
        X: X.take(kept),
        y: Float64Array.from(kept, (i) => y[i]),
        weights: Float32Array.from(kept, (i) => weights[i]),
      });
      assertSame(await outputs(without, X), expected, 'zero weight and absence');
    },
  },
  {
    name: 'whole weights equal repetition',
    applies: weighted,
    check: async (s) => {
      const { X, y, weights, outputs: expected } = await zeroOneTwo(s);
      const repeated = [...y.keys()].flatMap((i) => new Array<number>(weights[i]).fill(i));
      const model = await s.fitted({ X: X.take(repeated), y: Float64Array.from(repeated, (i) => y[i]) });
      assertClose(await outputs(model, X), expected, 1e-3, 'weights and repetition');
    },
  },
  {
    name: 'weights of one equal no weights',
    applies: weighted,
    check: async (s) => {
      const { X, y } = s.data();
      const ones = await s.fitted({ X, y, weights: new Float32Array(y.length).fill(1) });
      assertClose(await outputs(ones, X), await outputs(await s.shared(), X), 1e-5, 'weights of one');
    },
  },
  {
    name: 'weights matter',
    applies: weighted,
    check: async (s) => {
      const { X, y } = s.data();
      const weights = Float32Array.from(y, (value, i) => (value > 0 && i % 2 === 0 ? 10 : 1));
      const a = await outputs(await s.fitted({ X, y, weights }), X);
      const b = await outputs(await s.shared(), X);
      assert(
        a.some((value, i) => value !== b[i]),
        'weights change nothing',
      );
    },
  },
];
