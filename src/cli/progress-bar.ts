/** One line of progress on stderr: a bar on a terminal, nothing where the output is a file or a pipe. */
import type { ProgressEvent } from '../core/progress.js';

const WIDTH = 28;
const REDRAW_MS = 80;

export class ProgressBar {
  private readonly shown: boolean;
  private drawn = 0;
  private started = performance.now();
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
    }
    const last = event.total !== undefined && event.step >= event.total;
    if (now - this.drawn < REDRAW_MS && !last) return;
    this.drawn = now;
    this.stream.write(`\r\x1b[2K${line(event, (now - this.started) / 1000, this.stream.columns ?? 80)}`);
  };

  /** Removes the line. */
  clear(): void {
    if (this.shown) this.stream.write('\r\x1b[2K');
  }
}

function line({ phase, step, total, metrics, message }: ProgressEvent, seconds: number, columns: number): string {
  const share = total ? Math.min(1, step / total) : 0;
  const filled = Math.round(share * WIDTH);
  const bar = total ? `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${step}/${total}` : `${step}`;
  const left = share > 0.02 && share < 1 ? ` ${Math.ceil((seconds / share) * (1 - share))}s left` : '';
  const values = Object.entries(metrics ?? {})
    .filter(([, value]) => Number.isFinite(value))
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(' ');
  return [phase, bar + left, values || message || ''].join(' ').slice(0, columns - 1);
}
