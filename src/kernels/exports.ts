/**
 * What the WASM module exports, typed by hand: one interface a source file of assembly/, put together in `KernelExports`.
 * Addresses are bytes into the job's memory.
 */

/** assembly/sync.ts; called through `JobContext`, not directly. */
export interface SyncKernels {
  barrierArrive(threads: number): number;
  barrierWait(generation: number): number;
  abort(): void;
  nextUnit(): number;
  resetUnits(): void;
}

/** assembly/math.ts: exp and log of core/math.ts, bit for bit. */
export interface MathKernels {
  mathExp(x: number): number;
  mathLog(x: number): number;
  /** In place, two lanes at a time: `n` even, values in [-700, 700] (exp) or positive, finite and normal (log). */
  mathExpAll(address: number, n: number): void;
  mathLogAll(address: number, n: number): void;
}

/**
 * assembly/linear.ts. Rows of x are float32, `xStride` values apart; weights of one output are float64: `cols` rounded up to even,
 * then the intercept. Other strides are in float64 values. x must be finite and followed by 4 readable bytes.
 */
export interface LinearKernels {
  linearScores1(x: number, xStride: number, rows: number, cols: number, w: number, out: number): void;
  linearScores3(
    x: number,
    xStride: number,
    rows: number,
    cols: number,
    w: number,
    wStride: number,
    out: number,
    outStride: number,
  ): void;
  linearGradient1(x: number, xStride: number, rows: number, cols: number, r: number, g: number): void;
  linearGradient3(
    x: number,
    xStride: number,
    rows: number,
    cols: number,
    r: number,
    rStride: number,
    g: number,
    gStride: number,
  ): void;
  /** Scores become residuals; returns the weighted loss. */
  softmaxResiduals(scores: number, stride: number, rows: number, classes: number, y: number, weights: number): number;
  sigmoidResiduals(scores: number, rows: number, y: number, weights: number): number;
  linearMoments(
    x: number,
    rows: number,
    cols: number,
    weights: number,
    shift: number,
    sum: number,
    square: number,
  ): void;
}

export interface KernelExports extends SyncKernels, MathKernels, LinearKernels {}
