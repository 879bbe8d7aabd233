/** A slice of `npm run faults`: some kills at exact points, and a disk that fills up. Of the built package, which `npm test` makes first. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Killing } from '../../scripts/faults/kills.js';
import { plan } from '../../scripts/faults/subjects.js';

const problems = (kills: readonly { at: string; problem?: string }[]): unknown[] =>
  kills.filter(({ problem }) => problem !== undefined);

describe.each(['tune-journal', 'mlflow-keep', 'store'])('%s', (name) => {
  const planned = plan().find(({ subject }) => subject.name === name);
  let killing: Killing;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    expect(existsSync(new URL('../../dist/index.js', import.meta.url)), 'npm run build').toBe(true);
    if (!planned) throw new Error(`no subject ${name}`);
    close = await planned.open?.();
    killing = new Killing(planned.subject, 7);
    const { calls, old, end } = await killing.prepare();
    expect(calls.main).toBeGreaterThan(20);
    expect(name === 'mlflow-keep' || old !== end).toBe(true);
  });
  afterAll(async () => {
    killing?.close();
    await close?.();
  });

  it('is old or new after kill -9, and comes to the same end', async () => {
    const kills = await killing.kills(2);
    expect(kills).toHaveLength(2);
    expect(problems(kills)).toEqual([]);
  });

  it('keeps what it had on a full disk, says that it is full, and goes on', async () => {
    expect(problems(await killing.fulls(1))).toEqual([]);
  });
});
