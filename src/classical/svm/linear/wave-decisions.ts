/** Decision values of functions of waves: few rows are done at once on this thread, many in the worker pool; both give the same bits. */
import { ownModule } from '../../../core/location.js';
import type { Matrix } from '../../../core/matrix.js';
import { runJob } from '../../../kernels/pool.js';
import { shared } from '../../../kernels/shared.js';
import { kernelScale, scaleRow } from '../kernel.js';
import type { WaveDecisionJobArgs } from './wave-decision-job.js';
import { amplitudeOf, phaseOf, type Waves, writeWave } from './waves.js';

/** Multiply-adds up to which decision values are worked out on the calling thread, a few milliseconds. */
const AT_ONCE = 2e6;

export interface WaveFunctions {
  readonly waves: Waves;
  /** (outputs, 2 * pairs) */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** (n * outputs,) row by row. */
export async function waveDecisions(
  { waves, weights, bias }: WaveFunctions,
  X: Matrix,
  threads: number,
): Promise<Float64Array> {
  const out = new Float64Array(new SharedArrayBuffer(X.rows * bias.length * 8));
  const pairs = waves.frequencies.length / X.cols;
  if (X.rows * pairs * (X.cols + 20) <= AT_ONCE) {
    fewDecisions({ waves, weights, bias }, X, out);
    return out;
  }
  const args: WaveDecisionJobArgs = {
    X: await shared(X.data),
    cols: X.cols,
    waves: { kernel: waves.kernel, frequencies: await shared(waves.frequencies) },
    weights,
    bias,
    out,
  };
  await runJob({
    module: ownModule('classical/svm/linear/wave-decision-job'),
    args,
    threads: Math.max(1, Math.min(threads, Math.ceil(X.rows / 256))),
    doing: 'Prediction',
  });
  return out;
}

function fewDecisions({ waves, weights, bias }: WaveFunctions, X: Matrix, out: Float64Array): void {
  const { cols } = X;
  const pairs = waves.frequencies.length / cols;
  const amplitude = amplitudeOf(pairs);
  const { factor } = kernelScale(waves.kernel);
  const row = new Float32Array(cols);
  const wave = new Float32Array(2);
  for (let i = 0; i < X.rows; i++) {
    const at = i * bias.length;
    scaleRow(X.data, i * cols, cols, factor, row, 0, 1);
    for (let p = 0; p < pairs; p++) {
      writeWave(phaseOf(waves, p, row, 0, cols), amplitude, wave, 0);
      for (let o = 0; o < bias.length; o++) {
        out[at + o] += weights[o * 2 * pairs + 2 * p] * wave[0];
        out[at + o] += weights[o * 2 * pairs + 2 * p + 1] * wave[1];
      }
    }
    for (let o = 0; o < bias.length; o++) out[at + o] += bias[o];
  }
}
