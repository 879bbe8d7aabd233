/** What models of sequences promise beside the rest: overlapping windows over one matrix, and windows of one length only. */
import { Matrix } from '../core/matrix.js';
import { Random } from '../core/random.js';
import { Windows } from '../core/windows.js';
import { assertSame, outputs, type Promised, refuses, type Subject, sequential } from './promise.js';
import { WINDOW_LENGTH } from './taking-rows.js';

/** A random walk of two channels, and labels from its last steps. */
function overlapping(s: Subject, rows = 150): { X: Windows; y: Float64Array } {
  const random = new Random(3);
  const base = Matrix.zeros(rows, 2);
  for (let i = 1; i < rows; i++) {
    for (let j = 0; j < 2; j++) base.data[i * 2 + j] = 0.9 * base.data[(i - 1) * 2 + j] + random.normal();
  }
  const ends = Uint32Array.from({ length: rows - WINDOW_LENGTH + 1 }, (_, i) => i + WINDOW_LENGTH - 1);
  const change = (end: number) => base.data[end * 2] - base.data[(end - 3) * 2];
  const y = Float64Array.from(ends, (end) => (s.task === 'classification' ? Number(change(end) > 0) : change(end)));
  return { X: new Windows(base, ends, WINDOW_LENGTH), y };
}

export const SEQUENCES: readonly Promised[] = [
  {
    name: 'windows that share rows are the same as copies of them',
    applies: sequential,
    check: async (s) => {
      const { X, y } = overlapping(s);
      const copies = Array.from(X.ends, (_, i) => {
        const window = Matrix.wrap(X.window(i), X.base.cols);
        return Array.from({ length: X.length }, (_step, t) => [...window.row(t)]);
      });
      // With validation given: of windows that share rows, those set aside for it would take their neighbours out of training.
      assertSame(
        await outputs(await s.fitted({ X: copies, y, validation: { X: copies, y } }), copies),
        await outputs(await s.fitted({ X, y, validation: { X, y } }), X),
        'copied and shared windows',
      );
    },
  },
  {
    name: 'refuses windows of another length',
    applies: sequential,
    check: async (s) => {
      const { X, y } = overlapping(s);
      const model = await s.fitted({ X, y });
      await refuses(() => model.predict(new Windows(X.base, X.ends, X.length - 1)), 'shorter windows');
      await refuses(
        () => s.make().fit({ X, y, validation: { X: new Windows(X.base, X.ends, X.length - 1), y } }),
        'shorter windows for validation',
      );
    },
  },
];
