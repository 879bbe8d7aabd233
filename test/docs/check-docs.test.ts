/** The check of the pages finds what it is for: a page that is wrong does not pass, and says where. */
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { checkLinks } from '../../scripts/docs/links.js';
import { type Block, PAGES, readPage } from '../../scripts/docs/pages.js';
import { programOf } from '../../scripts/docs/program.js';
import { checkShell } from '../../scripts/docs/shell.js';

const page = (text: string, blocks: Block[] = []) => ({ path: 'README.md', lines: text.split('\n'), blocks });
const block = (text: string, start: number, ...words: string[]): Block => {
  const lines = text.split('\n');
  return { language: 'ts', words, start, end: start + lines.length + 1, lines };
};
const data = { specifier: './data.js', names: ['X', 'y'] };

describe('links and names', () => {
  const problems = (text: string) => checkLinks([page(text)], new Map([['README.md', page(text)]]));

  it('names the line of a link to a file or a heading that is not there', () => {
    expect(problems('# One\n\n[a](nowhere.md) [b](#one)')).toEqual(['README.md:3: the link nowhere.md leads nowhere']);
    expect(problems('# One\n[b](#two)')).toEqual(['README.md:2: README.md has no heading #two']);
    expect(
      problems('## What `npm run x` does, in short\n[b](#what-npm-run-x-does-in-short) [w](https://x.org)'),
    ).toHaveLength(1);
  });

  it('names files and npm scripts in code that are not there', () => {
    expect(problems('see `test/never/there.test.ts` and `npm run nothing`')).toHaveLength(2);
    expect(problems('see `test/imports.test.ts`, `src/core/` and `npm run build`')).toEqual([]);
  });
});

describe('shell blocks', () => {
  const problems = (text: string) => checkShell(page(text), { ...block(text, 1), language: 'sh' });

  it('knows npm scripts, packages and files of the repository', () => {
    expect(problems('npm ci && npm run build # builds\nnpm install koffi\nnode scripts/build.mjs')).toEqual([]);
    expect(problems('npm run biuld')).toEqual(['README.md:2: package.json has no script biuld']);
    expect(problems('npm install left-pad')).toHaveLength(1);
    expect(problems('node scripts/none.mjs')).toHaveLength(1);
    expect(problems('npm run bench -- lihgtgbm')).toHaveLength(1);
  });

  it('refuses a program nobody has told it about', () => {
    expect(problems('frobnicate --all')).toHaveLength(1);
  });
});

describe('the program of a page', () => {
  it('keeps the line numbers of the page', () => {
    const text = programOf(
      page('a\n\n\n\n\n\n\n', [block("import { z } from 'z';\nz(1);", 2), block('z(2);', 6)]),
      data,
    );
    const lines = text?.split('\n') ?? [];
    expect(lines[3]).toBe('z(1);');
    expect(lines[6]).toBe('z(2);');
    expect(lines[0]).toContain("import { z } from 'z';");
  });

  it('lets a later block see and declare again what an earlier one declared', () => {
    const blocks = [
      block('const a = 1;\nconst b = 2;', 2),
      block('const a = b;', 6),
      block('a.toFixed();', 9, 'no-run'),
    ];
    const text = programOf(page('\n'.repeat(12), blocks), data) ?? '';
    const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true });
    expect(diagnostics).toEqual([]);
    expect(text).toContain('void (async () => {');
  });

  it('imports the names of the shared data that a page uses, and no others', () => {
    const text = programOf(page('\n'.repeat(6), [block('fit({ X, other: model.y });', 2)]), data) ?? '';
    expect(text.split('\n')[0]).toContain("import { X } from './data.js';");
  });

  it('is there for pages with TypeScript only', () => {
    expect(programOf(page('text'), data)).toBeUndefined();
  });
});

it('every page can be read, and one that leaves a block open cannot', () => {
  expect(PAGES).toContain('README.md');
  for (const path of PAGES) expect(() => readPage(path)).not.toThrow();
});
