/** Past failures of fuzzing, and some new cases of a fixed seed for every target; `npm run fuzz` runs 100,000 each. */
import { afterEach, describe, expect, it } from 'vitest';
import { corpusFiles, readCase, Session } from './session.js';
import { TARGETS } from './targets.js';

/** Slow ones need fewer: a network starts an engine for each case that is accepted. */
const CASES = (name: string): number => (/neural|store|run-directory|parquet|minirocket/.test(name) ? 3 : 12);

let session: Session | undefined;
afterEach(() => {
  session?.close();
  session = undefined;
});

describe.each(TARGETS)('$name', (target) => {
  it('is refused by a typed error, or behaves: what failed once', async () => {
    session = new Session(target);
    for (const file of corpusFiles(target.name))
      await expect(session.one(readCase(file)), file).resolves.toMatch(/accepted|refused/);
  });

  it('is refused by a typed error, or behaves: changed in every way', async () => {
    session = new Session(target);
    const { failures } = await session.many(CASES(target.name), 20260101);
    expect(failures.map(({ signature, error }) => [signature, error])).toEqual([]);
  });
});

describe('the fuzzing itself', () => {
  it.each(['bytes', 'text', 'json'] as const)('makes every case of %s that it counts', async (kind) => {
    const seed = kind === 'json' ? '{"a":[1,2,{"b":"c"}],"d":"e"}' : 'a=1\nb=2\n';
    let runs = 0;
    const target = {
      ...{ name: 'nothing', reads: 'nothing', kind },
      seeds: async () => [Buffer.from(seed)],
      run: async () => void runs++,
    };
    session = new Session(target);
    expect(await session.many(3000, 1)).toEqual({ cases: 3000, accepted: 3000, failures: [] });
    // The seed itself is judged too.
    expect(runs).toBe(3001);
  });
});
