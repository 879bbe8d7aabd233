/** One line of progress on stderr: a bar with the time left on a terminal, nothing where the output is a file or a pipe. */
import type { ProgressEvent } from '../core/progress.js';

const WIDTH = 28;
const REDRAW_MS = 80;

export class ProgressBar {
  /** What is going on around the steps that are shown, such as '[2/5] '. */
  prefix = '';
  private readonly shown: boolean;
  private drawn = 0;
  private started = performance.now();
  private firstStep = 0;
  private phase = '';

  constructor(
    quiet: boolean,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {
    this.shown = stream.isTTY === true && !quiet;
  }

  /** For `onProgress`. */
  readonly update = (event: ProgressEvent): void => {
    if (!this.shown) return;
    const now = performance.now();
    if (event.phase !== this.phase) {
      this.phase = event.phase;
      this.started = now;
      this.firstStep = event.step;
    }
    const last = event.total !== undefined && event.step >= event.total;
    if (now - this.drawn < REDRAW_MS && !last) return;
    this.drawn = now;
    const text = this.prefix + progressLine(event, (now - this.started) / 1000, this.firstStep);
    this.stream.write(`\r\x1b[2K${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
  };

  /** For `onProgress` of several models: their own steps behind the count of the phase 'compare'. */
  readonly updateAll = (event: ProgressEvent): void => {
    if (event.phase === 'compare') this.prefix = `[${Math.min(event.step + 1, event.total ?? 1)}/${event.total ?? 1}] `;
    else this.update(event);
  };

  /** Removes the line. */
  clear(): void {
    if (this.shown) this.stream.write('\r\x1b[2K');
  }
}

/** The time left is that of the steps seen, from `firstStep`: a resumed run has not done the ones before. */
export function progressLine(
  { phase, step, total, metrics, message }: ProgressEvent,
  seconds: number,
  firstStep = 0,
): string {
  const share = total ? Math.min(1, step / total) : 0;
  const filled = Math.round(share * WIDTH);
  const bar = total ? `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${step}/${total}` : `${step}`;
  const seen = step - firstStep;
  const left =
    total && seen > 0 && step < total && step / total > 0.02
      ? ` ${duration((seconds / seen) * (total - step))} left`
      : '';
  const values = Object.entries(metrics ?? {})
    .filter(([, value]) => Number.isFinite(value))
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(' ');
  return [phase, bar + left, values || message || ''].join(' ').trimEnd();
}

/** `12s`, `3m05s`, `2h10m`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}m${two(whole % 60)}s` : `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}
