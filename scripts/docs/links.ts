// Links between pages (file and heading), and the files, folders and npm scripts that prose names in `code`: all of them exist.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { PAGES, type Page, proseOf, root } from './pages.js';

const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;

/** GitHub's names of a page's headings. */
export function anchorsOf(lines: readonly string[]): Set<string> {
  const seen = new Map<string, number>();
  return new Set(
    lines
      .filter((line) => /^#{1,6}\s/.test(line))
      .map((line) => {
        const text = line
          .replace(/^#+\s+/, '')
          .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, '')
          .trim()
          .replace(/\s/g, '-');
        const times = seen.get(text) ?? 0;
        seen.set(text, times + 1);
        return times === 0 ? text : `${text}-${times}`;
      }),
  );
}

/** Problems of `checked`, as text; `pages` (by path) are all that may be linked to. */
export function checkLinks(checked: readonly Page[], pages: ReadonlyMap<string, Page>): string[] {
  const problems: string[] = [];
  for (const page of checked) {
    proseOf(page).forEach((line, i) => {
      const problem = (text: string) => void problems.push(`${page.path}:${i + 1}: ${text}`);
      for (const [, target] of withoutCode(line).matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)) {
        const wrong = /^(https?:|mailto:)/.test(target) ? undefined : targetProblem(pages, page, target);
        if (wrong) problem(wrong);
      }
      for (const [, code] of line.matchAll(/`([^`]+)`/g)) checkNames(code, problem);
    });
  }
  return problems;
}

/** Link texts may hold code; code may hold what looks like a link. */
const withoutCode = (line: string) => line.replace(/`[^`]*`/g, (code) => code.replace(/[[\]()]/g, ' '));

type Report = (text: string) => void;

function targetProblem(pages: ReadonlyMap<string, Page>, page: Page, target: string): string | undefined {
  const [file, anchor] = target.split('#');
  const path = file === '' ? page.path : normalize(join(dirname(page.path), decodeURI(file)));
  if (path.startsWith('..') || !existsSync(join(root, path))) return `the link ${target} leads nowhere`;
  if (anchor === undefined) return undefined;
  const linked = pages.get(path);
  if (!linked) return `the link ${target} has a heading, but ${path} is no page`;
  return anchorsOf(proseOf(linked)).has(anchor) ? undefined : `${path} has no heading #${anchor}`;
}

const FILE =
  /^(test|src|bench|examples|docs|scripts|config)\/[\w./-]+$|^[\w-]+\.(md|mjs)$|^\.ci\/run$|^(biome|package|tsconfig)\.json$/;

function checkNames(code: string, problem: Report): void {
  if (FILE.test(code) && !exists(code)) problem(`\`${code}\` is not in the repository`);
  for (const [, name] of code.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)) {
    if (!(name in scripts)) problem(`package.json has no script ${name}`);
  }
}

function exists(path: string): boolean {
  if (PAGES.some((page) => page.endsWith(`/${path}`))) return true;
  const full = join(root, path);
  // Made by a build or a run, and so not in every checkout.
  if (/^(src\/kernels\/kernels\.wasm|bench\/\.cache)/.test(path)) return true;
  return existsSync(full) && (!path.endsWith('/') || statSync(full).isDirectory());
}
