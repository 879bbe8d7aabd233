// What the pages say is true: links lead somewhere, commands and settings exist, and every TypeScript block compiles against the built
// package and runs. `node --import tsx scripts/check-docs.ts [page ...]` checks some pages, `--verbose` prints what they print.
//
// ```ts        blocks of a page are one program, read from top to bottom; names that no block makes are those of docs/data.ts
// ```text output is what the page's program printed, line breaks aside
// ```ts no-run is compiled, not run: needs a server, a GPU, another machine or a package that is not here
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { transformSync } from 'esbuild';
import { ModelRegistry } from '../src/index.js';
import { loadExperiment, loadTrainingConfig, modelParameters } from '../src/model/config-files.js';
import { typeProblems } from './docs/compile.js';
import { checkLinks } from './docs/links.js';
import { PAGES, readPage, root } from './docs/pages.js';
import { programOf } from './docs/program.js';
import { checkSettings, type Readers } from './docs/settings.js';
import { checkShell } from './docs/shell.js';

process.setSourceMapsEnabled(true);
Error.stackTraceLimit = 100;
const verbose = process.argv.includes('--verbose');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const pages = new Map(PAGES.map((path) => [path, readPage(path)]));
const checked = [...pages.values()].filter(({ path }) => wanted.length === 0 || wanted.includes(path));
const problems: string[] = [];

problems.push(...checkLinks(checked, pages));
const readers: Readers = { loadExperiment, loadTrainingConfig, modelParameters, modelOf: ModelRegistry.get };
for (const page of checked) {
  for (const block of page.blocks) {
    if (block.language === 'sh') problems.push(...checkShell(page, block));
    if (block.language === 'yaml' || block.language === 'json')
      problems.push(...(await checkSettings(page, block, readers)));
    if (!['ts', 'sh', 'yaml', 'json', 'python', 'text'].includes(block.language))
      problems.push(
        `${page.path}:${block.start}: a block of '${block.language}': nothing checks it (text, where nothing can)`,
      );
  }
}

// Self-references to the package work from within the checkout alone.
const work = join(root, '.docs');
rmSync(work, { recursive: true, force: true });
mkdirSync(join(work, 'run'), { recursive: true });
symlinkSync(join(root, 'examples'), join(work, 'run/examples'));
const data = join(root, 'docs/data.ts');
const names = Object.keys(await inRun(() => runFile(compileFile(data, join(work, 'data.mjs')))));
const programs = checked.flatMap((page) => {
  const file = join(work, page.path.replace(/\.md$/, '.ts'));
  const specifier = (path: string) =>
    relative(dirname(file), path)
      .replaceAll('\\', '/')
      .replace(/^(?!\.)/, './');
  const text = programOf(page, { specifier: specifier(data).replace(/\.ts$/, '.js'), names });
  if (text === undefined) return [];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  // Each page has the data to itself: what one page used rows for is no matter to another.
  const own = programOf(page, { specifier: `${specifier(join(work, 'data.mjs'))}?of=${page.path}`, names });
  return [{ path: page.path, file, own: own ?? text }];
});
const wrong = typeProblems(
  programs.map(({ file }) => file),
  (file) => `${relative(work, file).replace(/\.ts$/, '')}.md`,
);
problems.push(...wrong);

for (const { path, file, own } of programs) {
  if (wrong.some((problem) => problem.startsWith(`${path}:`))) continue;
  const started = process.cpuUsage();
  const printed: string[] = [];
  try {
    const script = file.replace(/\.ts$/, '.mjs');
    writeFileSync(script, toJavaScript(own, join(root, path)));
    await inRun(() => runFile(script, printed));
  } catch (error) {
    const line = new RegExp(`${path.replaceAll('.', '\\.')}:(\\d+)`).exec((error as Error)?.stack ?? '')?.[1];
    problems.push(`${path}:${line ?? '?'}: ${inspect(error, { depth: 1 }).split('\n').slice(0, 6).join('\n  ')}`);
  }
  for (const block of pages.get(path)?.blocks ?? []) {
    const expected = oneLine(block.lines.join(' '));
    if (block.words.includes('output') && !oneLine(printed.join(' ')).includes(expected))
      problems.push(`${path}:${block.start}: the page printed something else than this block shows`);
  }
  if (verbose && printed.length > 0) console.log(printed.join('\n'));
  const { user, system } = process.cpuUsage(started);
  console.log(`${path}: ${((user + system) / 1e6).toFixed(1)} s of processor time`);
}

for (const problem of problems) console.error(problem);
console.log(
  problems.length > 0
    ? `${problems.length} problems in the pages`
    : `${checked.length} pages checked, the TypeScript of ${programs.length} compiled and run`,
);
// Blocks that listen or hold workers do not keep the check waiting.
process.exit(problems.length > 0 ? 1 : 0);

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function toJavaScript(code: string, sourcefile: string): string {
  return transformSync(code, { loader: 'ts', format: 'esm', target: 'node20', sourcefile, sourcemap: 'inline' }).code;
}

function compileFile(from: string, to: string): string {
  writeFileSync(to, toJavaScript(readFileSync(from, 'utf8'), from));
  return to;
}

function runFile(file: string, printed: string[] = []): Promise<object> {
  const print = console.log;
  console.log = (...values: unknown[]) =>
    printed.push(values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '));
  return import(pathToFileURL(file).href).finally(() => {
    console.log = print;
  });
}

/** Files that blocks write land in a folder of their own. */
async function inRun<T>(body: () => Promise<T>): Promise<T> {
  process.chdir(join(work, 'run'));
  try {
    return await body();
  } finally {
    process.chdir(root);
  }
}
