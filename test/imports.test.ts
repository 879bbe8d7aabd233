/** Files of src/ never import each other in a circle, types included, and only from their own layer or a higher one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../src/', import.meta.url));
const architecture = readFileSync(new URL('../docs/architecture.md', import.meta.url), 'utf8');

/** File to the files it imports, by path under src/; imports of types and dynamic ones count. */
function importsOf(files: readonly string[], read: (file: string) => string): Map<string, string[]> {
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const targets = ts.preProcessFile(read(file), true, true).importedFiles.map(({ fileName }) => fileName);
      const own = targets
        .filter((target) => target.startsWith('.'))
        .map((target) => `${posix.join(posix.dirname(file), target).replace(/\.js$/, '')}.ts`);
      return [file, [...new Set(own)].filter((target) => known.has(target))];
    }),
  );
}

/** One circle through each file that closes one in a walk, its first file repeated at its end; none: there is no circle. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' -> '));
    if (at >= 0 || finished.has(file)) return;
    path.push(file);
    for (const target of imports.get(file) ?? []) visit(target);
    path.pop();
    finished.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return found;
}

/** Folders (or files of the top) in the order of the table of layers: each line of it is one layer. */
function layers(): Map<string, number> {
  const lines = architecture.split('\n').filter((line) => line.startsWith('| `src/'));
  return new Map(
    lines.flatMap((line, layer) =>
      [...line.split('|')[1].matchAll(/`src\/([a-z-]+)(\/|\.ts)`/g)].map(([, name]): [string, number] => [name, layer]),
    ),
  );
}

/** An entry point is what users import: it may know the list of built-in models. */
const layerName = (file: string): string =>
  /^[^/]+\/index\.ts$/.test(file) ? 'index' : file.split('/')[0].replace(/\.ts$/, '');

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));
const imports = importsOf(files, (file) => readFileSync(join(root, file), 'utf8'));

describe('imports of src/', () => {
  it('form no circle', () => {
    expect(circles(imports)).toEqual([]);
  });

  it('only point to the own layer or a higher one of docs/architecture.md', () => {
    const order = layers();
    const layerOf = (file: string): number => {
      const layer = order.get(layerName(file));
      if (layer === undefined) throw new Error(`docs/architecture.md names no layer of src/${file}`);
      return layer;
    };
    const downward = [...imports].flatMap(([file, targets]) =>
      targets.filter((target) => layerOf(target) > layerOf(file)).map((target) => `${file} -> ${target}`),
    );
    expect(downward).toEqual([]);
  });
});

describe('the check itself', () => {
  const sources: Record<string, string> = {
    'a.ts': "import { b } from './b.js';",
    'b.ts': "export type { C } from './deep/c.js';",
    'deep/c.ts': "export type D = import('../a.js').A;",
    'd.ts': "import './a.js'; // import './d.js';",
  };

  it('finds a circle of imports, re-exports and types', () => {
    expect(circles(importsOf(Object.keys(sources), (file) => sources[file]))).toEqual([
      'a.ts -> b.ts -> deep/c.ts -> a.ts',
    ]);
  });
});
