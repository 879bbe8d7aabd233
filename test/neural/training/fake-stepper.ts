/** Softmax regression on the first step of each window, by hand: a stepper without an engine. */
import type { Batch } from '../../../src/neural/training/batches.js';
import type { BatchLoss, Stepper, StepperState } from '../../../src/neural/training/stepper.js';

export class FakeStepper implements Stepper {
  private w: Float32Array;
  private steps = new Float32Array(1);
  readonly rates: number[] = [];
  /** Step (from 0) whose loss is not finite. */
  divergesAt = -1;

  constructor(private readonly columns: number) {
    this.w = new Float32Array(columns);
  }

  async train(batch: Batch, rate: number, step: number): Promise<BatchLoss> {
    this.rates.push(rate);
    if (step === this.divergesAt) return { loss: Number.NaN, weight: 1 };
    const { loss, weight, gradient } = this.losses(batch);
    for (let j = 0; j < this.columns; j++) this.w[j] -= rate * gradient[j];
    this.steps[0]++;
    return { loss, weight };
  }

  async evaluate(batch: Batch): Promise<BatchLoss> {
    const { loss, weight } = this.losses(batch);
    return { loss, weight };
  }

  state(): StepperState {
    return { parameters: this.w.slice(), optimizer: { steps: this.steps.slice() } };
  }

  restore(state: StepperState): void {
    this.w = state.parameters.slice();
    this.steps = state.optimizer.steps.slice();
  }

  private losses({ x, y, weights }: Batch): { loss: number; weight: number; gradient: Float64Array } {
    const gradient = new Float64Array(this.columns);
    let loss = 0;
    let weight = 0;
    const width = x.length / weights.length;
    for (let i = 0; i < weights.length; i++) {
      let value = 0;
      for (let j = 0; j < this.columns; j++) value += this.w[j] * x[i * width + j];
      const error = value - y[i];
      loss += weights[i] * error * error;
      weight += weights[i];
      for (let j = 0; j < this.columns; j++) gradient[j] += 2 * weights[i] * error * x[i * width + j];
    }
    for (let j = 0; j < this.columns; j++) gradient[j] /= weight;
    return { loss: loss / weight, weight, gradient };
  }
}
