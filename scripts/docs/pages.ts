// The pages that readers see, and their fenced blocks with line numbers: what every check of the documentation starts from.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block, with the line numbers (from 1) of its two fences. */
export interface Block {
  readonly language: string;
  /** What follows the language, such as `no-run`. */
  readonly words: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

export interface Page {
  /** From the root, with '/'. */
  readonly path: string;
  readonly lines: readonly string[];
  readonly blocks: readonly Block[];
}

const markdownIn = (folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.md'))
        .map((file) => join(folder, file).replaceAll('\\', '/'))
        .sort()
    : [];

/** Paths from the root, with '/'. */
export const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...markdownIn('docs'),
  ...markdownIn('bench/results'),
  'examples/data/README.md',
];

export function readPage(path: string): Page {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const blocks: Block[] = [];
  let open: Omit<Block, 'end' | 'lines'> | undefined;
  lines.forEach((line, i) => {
    const fence = /^(\s*)```(.*)$/.exec(line);
    if (open) {
      if (fence && fence[2].trim() === '') {
        blocks.push({ ...open, end: i + 1, lines: lines.slice(open.start, i) });
        open = undefined;
      }
    } else if (fence) {
      const [language = '', ...words] = fence[2].trim().split(/\s+/);
      open = { language, words, start: i + 1 };
    }
  });
  if (open !== undefined) throw new Error(`${path}:${(open as Block).start}: this block is never closed`);
  return { path, lines, blocks };
}

/** The page's lines with blocks emptied: prose alone. */
export function proseOf(page: Page): string[] {
  const lines = [...page.lines];
  for (const { start, end } of page.blocks) for (let i = start - 1; i < end; i++) lines[i] = '';
  return lines;
}
