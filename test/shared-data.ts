/** Where the real data sets lie in a development checkout; tests that need one skip, with a reason, where they are absent. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { it, type TestFunction } from 'vitest';

const directory = fileURLToPath(new URL('../../shared/data/', import.meta.url));

/** Path of a file of ../shared/data, or undefined in a checkout without it. */
export function sharedData(name: string): string | undefined {
  const path = directory + name;
  return existsSync(path) ? path : undefined;
}

/** A test that runs where ../shared/data has `name` and is skipped elsewhere. */
export function itWithData(
  name: string,
  title: string,
  run: (path: string, ...args: Parameters<TestFunction>) => unknown,
): void {
  const path = sharedData(name);
  it.skipIf(!path)(
    path ? title : `${title} (skipped: ../shared/data/${name} is not in this checkout)`,
    (...args) => run(path ?? '', ...args) as Promise<void>,
  );
}
