/**
 * Says when leaving variables out pays. Left out, they cost nothing in each step; taken back, the error of each is a sum over all
 * variables that are not 0. How many steps are still to come is not known, so they go once what they have cost in vain since they could
 * have gone is what taking them back will cost: never more than about twice the best choice in hindsight. What is counted does not depend
 * on workers or on the cache, whose sizes never change a model.
 */

/** Moving the others costs some steps: fewer than this share of those in play are not worth it. */
const LEAST_SHARE = 0.1;

export class ShrinkBooks {
  /** Variables whose kernel row was used. */
  private readonly used: Uint8Array;
  private rows = 0;
  /** Steps and rows at the last look. */
  private stepsBefore = 0;
  private rowsBefore = 0;
  private idleBefore = 0;
  /** Spent on variables that could have been left out, in variables times steps. */
  private wasted = 0;

  constructor(
    variables: number,
    /** Of one kernel value, in the same unit. */
    private readonly kernelCost: number,
  ) {
    this.used = new Uint8Array(variables);
  }

  /** The kernel row of a variable is needed. */
  use(variable: number): void {
    this.rows += 1 - this.used[variable];
    this.used[variable] = 1;
  }

  /** All variables are in play from step `steps` on. */
  start(steps: number): void {
    this.wasted = 0;
    this.idleBefore = 0;
    this.stepsBefore = steps;
    this.rowsBefore = this.rows;
  }

  /** Whether to go on with `kept` of `active` variables; `w` are the values of all. */
  worth(steps: number, active: number, kept: number, w: Float64Array): boolean {
    const idle = active - kept;
    const spent = steps - this.stepsBefore + (this.rows - this.rowsBefore) * this.kernelCost;
    this.wasted += Math.min(idle, this.idleBefore) * spent;
    this.stepsBefore = steps;
    this.rowsBefore = this.rows;
    this.idleBefore = idle;
    if (idle < Math.max(1, LEAST_SHARE * active)) return false;
    let sum = 0;
    for (const value of w) if (value !== 0) sum++;
    if (this.wasted < idle * sum * this.kernelCost) return false;
    this.idleBefore = 0;
    this.wasted = 0;
    return true;
  }
}
