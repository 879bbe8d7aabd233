/** What models of sequences promise beside the rest: overlapping windows over one matrix, and windows of one length only. */
import { Matrix } from '../core/matrix.js';
import { Random } from '../core/random.js';
import { Windows } from '../core/windows.js';
import { assertSame, outputs, refuses } from './assertions.js';
import { type Promised, type Subject, sequential } from './promise.js';

/** A random walk of two channels, and labels from its last steps. */
function overlapping(s: Subject): { X: Windows; y: Float64Array } {
  const { rows, windowLength: length } = s;
  const random = new Random(3);
  const base = Matrix.zeros(rows, 2);
  for (let i = 1; i < rows; i++) {
    for (let j = 0; j < 2; j++) base.data[i * 2 + j] = 0.9 * base.data[(i - 1) * 2 + j] + random.normal();
  }
  const ends = Uint32Array.from({ length: rows - length + 1 }, (_, i) => i + length - 1);
  const change = (end: number) => base.data[end * 2] - base.data[(end - 2) * 2];
  const y = Float64Array.from(ends, (end) => (s.task === 'classification' ? Number(change(end) > 0) : change(end)));
  return { X: new Windows(base, ends, length), y };
}

/** A model of overlapping windows, and what it was trained on. */
const trained = (s: Subject) =>
  s.remember('overlapping windows', async () => {
    const { X, y } = overlapping(s);
    // With validation given: of windows that share rows, those set aside for it would take their neighbours out of training.
    return { X, y, model: await s.fitted({ X, y, validation: { X, y } }) };
  });

export const SEQUENCES: readonly Promised[] = [
  {
    name: 'windows that share rows are the same as copies of them',
    applies: sequential,
    check: async (s) => {
      const { X, y, model } = await trained(s);
      const copies = Array.from(X.ends, (_, i) => {
        const window = Matrix.wrap(X.window(i), X.base.cols);
        return Array.from({ length: X.length }, (_step, t) => [...window.row(t)]);
      });
      const copied = await s.fitted({ X: copies, y, validation: { X: copies, y } });
      assertSame(await outputs(copied, copies), await outputs(model, X), 'copied and shared windows');
    },
  },
  {
    name: 'refuses windows of another length',
    applies: sequential,
    check: async (s) => {
      const { X, y, model } = await trained(s);
      const longer = () => new Windows(X.base, X.ends.slice(1), X.length + 1);
      await refuses(() => model.predict(longer()), 'longer windows');
      await refuses(() => s.make().fit({ X, y, validation: { X: longer(), y: y.slice(1) } }), 'longer for validation');
    },
  },
];
