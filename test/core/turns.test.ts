import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/core/turns.js';

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('Turns', () => {
  it('lets timers run while a long loop works', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const turns = new Turns();
    for (let i = 0; i < 150; i++) {
      busy(1);
      await turns.pause();
    }
    clearInterval(timer);
    // 150 ms in turns of about 12 ms; without pauses it would be 0.
    expect(ticks).toBeGreaterThanOrEqual(5);
  });

  it('does not give a short turn away', async () => {
    let others = 0;
    setImmediate(() => others++);
    const turns = new Turns();
    await turns.pause();
    await turns.pause();
    expect(others).toBe(0);
  });
});
