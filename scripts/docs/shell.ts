// Commands that a reader may paste: `holdfast` commands and their options, npm scripts, packages, scripts and test folders exist.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, type Page, root } from './pages.js';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packages = new Set([
  manifest.name,
  ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies }),
]);

/** Programs that are not ours: their own documentation answers for them. */
const FOREIGN = /^(python3?|pip|mlflow|optuna-dashboard|curl|git|cd|docker|psql|export|node|kill|sqlite3|bash|source)$/;

/** Problems of a `sh` block. */
export function checkShell(page: Page, block: Block): string[] {
  const problems: string[] = [];
  const text = block.lines.join('\n').replace(/\\\n/g, '  ');
  let line = block.start;
  for (const raw of text.split('\n')) {
    line++;
    for (const command of commandsOf(raw)) {
      const problem = problemOf(command);
      if (problem) problems.push(`${page.path}:${line}: ${problem}`);
    }
  }
  return problems;
}

function commandsOf(line: string): string[][] {
  const bare = line.replace(/^\s*\$\s+/, '').replace(/(^|\s)#.*$/, '');
  return bare
    .split(/&&|\|\||[|;]/)
    .map((part) =>
      part
        .trim()
        .split(/\s+/)
        .filter((word) => word !== '' && !/^\w+=/.test(word)),
    )
    .filter((words) => words.length > 0);
}

function problemOf([program, ...args]: string[]): string | undefined {
  if (program === 'npm') return npmProblem(args);
  if (program === 'npx') return npxProblem(args.filter((word) => word !== '--yes' && word !== '-y'));
  if (program === 'holdfast') return holdfastProblem(args);
  const script = args.find((word) => /^[\w./-]+\.(sh|mjs|ts|js)$|^\.ci\/run$/.test(word));
  if ((program === 'bash' || program === 'node') && script && /^(scripts|test|examples|bench|\.ci)\//.test(script)) {
    return existsSync(join(root, script)) ? undefined : `${script} is not in the repository`;
  }
  return FOREIGN.test(program) ? undefined : `a command that the check does not know: ${program}`;
}

function npmProblem([verb, ...args]: string[]): string | undefined {
  if (['ci', 'test', 'start'].includes(verb)) return undefined;
  if (verb === 'install' || verb === 'i') {
    const unknown = args.filter((word) => !word.startsWith('-') && !packages.has(word.replace(/(?<=.)@[^/]*$/, '')));
    return unknown.length > 0 ? `npm install of a package that is no dependency of ours: ${unknown}` : undefined;
  }
  if (verb !== 'run') return `an npm command that the check does not know: ${verb}`;
  const [name, ...rest] = args.filter((word) => word !== '--silent' && word !== '--');
  if (!(name in manifest.scripts)) return `package.json has no script ${name}`;
  return name === 'bench' ? benchProblem(rest) : undefined;
}

function benchProblem(args: string[]): string | undefined {
  const source = ['bench', 'bench/quality']
    .flatMap((folder) => readdirSync(join(root, folder)).map((file) => join(root, folder, file)))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  for (const word of args) {
    const name = word.replace(/^--/, '');
    if (/^[a-z][\w-]*$/.test(name) && (word.startsWith('--') || word === args[0]) && !source.includes(name))
      return `npm run bench knows no ${word}`;
  }
  return undefined;
}

function npxProblem([program, ...args]: string[]): string | undefined {
  if (program === 'holdfast') return holdfastProblem(args);
  if (program === 'tsx' || program === 'vitest') {
    const path = args.find((word) => /\//.test(word));
    return path && !existsSync(join(root, path)) ? `${path} is not in the repository` : undefined;
  }
  return `npx of a program that the check does not know: ${program}`;
}

const help = new Map<string, string>();

function helpOf(command: string): string {
  const known = help.get(command);
  if (known !== undefined) return known;
  const args = [join(root, 'dist/cli/main.js'), ...(command ? command.split(' ') : []), '--help'];
  const text = execFileSync(process.execPath, args, { encoding: 'utf8' });
  help.set(command, text);
  return text;
}

const names = (text: string, command: string): boolean => new RegExp(`^\\s+${command}\\b`, 'm').test(text);

function holdfastProblem(args: string[]): string | undefined {
  let command = args[0]?.startsWith('-') ? '' : (args[0] ?? '');
  if (command && !names(helpOf(''), command)) return `holdfast has no command ${command}`;
  const [, part] = args;
  // A command of commands: what follows is one of them.
  if (/^Commands:/m.test(helpOf(command)) && command && part && !part.startsWith('-')) {
    if (!names(helpOf(command), part)) return `holdfast ${command} has no command ${part}`;
    command = `${command} ${part}`;
  }
  for (const word of args) {
    const [, option] = /^(--?[a-z][\w-]*)/.exec(word) ?? [];
    const known = new RegExp(`(^|[\\s,])${option}(?![\\w-])`, 'm');
    if (option && !known.test(helpOf(command)) && !known.test(helpOf('')))
      return `holdfast ${command} has no option ${option}`;
  }
  return undefined;
}
