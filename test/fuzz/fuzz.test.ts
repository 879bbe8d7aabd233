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
