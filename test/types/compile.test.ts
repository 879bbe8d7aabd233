/**
 * Types are part of the promise that leakage is an error: what is in must-fail/ must never compile, each line for the stated reason, and what
 * is in must-compile/ must. A comment `// error: TS2345` marks the line that has exactly that diagnostic.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const snippets = (folder: string) => readdirSync(join(here, folder)).map((name) => join(here, folder, name));
const failing = snippets('must-fail');
const compiling = snippets('must-compile');

/** One program for all snippets: the sources are parsed and checked once. */
function compile(files: readonly string[]): Map<string, string[]> {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  // Snippets declare what they need and run nothing.
  const program = ts.createProgram(files, { ...options, noUnusedLocals: false, noUnusedParameters: false });
  return new Map(
    files.map((file) => {
      const source = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [file, found.map((diagnostic) => describeDiagnostic(diagnostic))];
    }),
  );
}

function describeDiagnostic({ file, start, code, messageText }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
  const text = ts.flattenDiagnosticMessageText(messageText, ' ').slice(0, 200);
  return `${line}: TS${code} ${text}`;
}

/** `line: TSnnnn` for each marked line. */
const marked = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, i) => [...line.matchAll(/\/\/ error: (TS\d+)/g)].map(([, code]) => `${i + 1}: ${code}`));

const name = (file: string) => relative(here, file);

describe('types', () => {
  let compiled: ReadonlyMap<string, readonly string[]>;
  beforeAll(() => {
    compiled = compile([...failing, ...compiling]);
  });

  it('has snippets of both kinds', () => {
    expect(failing.length).toBeGreaterThan(0);
    expect(compiling.map((file) => name(file).replace('must-compile', 'must-fail')).sort()).toEqual(
      failing.map(name).sort(),
    );
  });

  it.each(failing.map((file) => [name(file), file]))('%s fails at each marked line, and nowhere else', (_, file) => {
    expect(marked(file).length).toBeGreaterThan(0);
    const found = (compiled.get(file) ?? []).map((diagnostic) => diagnostic.split(' ').slice(0, 2).join(' '));
    expect(found, (compiled.get(file) ?? []).join('\n')).toEqual(marked(file));
  });

  it.each(compiling.map((file) => [name(file), file]))('%s compiles', (_, file) => {
    expect(compiled.get(file)).toEqual([]);
  });
});
