// A page as one program that keeps the page's line numbers: an error in it, from the compiler or at run time, names the line of the page.
// Blocks run from top to bottom; each sees what earlier ones declared and may declare it again (it is nested in them). Imports are
// hoisted to line 1, with the names of docs/data.ts that the page uses without making them.
import ts from 'typescript';
import type { Block, Page } from './pages.js';

/** Where docs/data.ts is imported from, and what it exports. */
export interface SharedData {
  readonly specifier: string;
  readonly names: readonly string[];
}

/** Names by module, as they stand between the braces. */
type Imports = Map<string, Set<string>>;

const isTs = (block: Block) => block.language === 'ts';
/** Type-checked only: needs a server, a GPU or a package that is not here. */
const isNotRun = (block: Block) => block.words.includes('no-run');

/** The program's text, or undefined for a page without TypeScript. */
export function programOf(page: Page, data: SharedData): string | undefined {
  const blocks = page.blocks.filter(isTs);
  if (blocks.length === 0) return undefined;
  const lines = page.lines.map(() => '');
  const imports: Imports = new Map();
  let open = 0;
  for (const block of blocks) {
    const code = withoutImports(block.lines.join('\n'), imports).split('\n');
    code.forEach((line, i) => {
      lines[block.start + i] = line;
    });
    lines[block.start - 1] = isNotRun(block) ? 'void (async () => {' : '{';
    if (isNotRun(block)) lines[block.end - 1] = '});';
    else open++;
  }
  const code = lines.join('\n');
  const free = data.names.filter(
    (name) => new RegExp(`(?<![\\w.$])${name}\\b`).test(code) && !isImported(imports, name),
  );
  if (free.length > 0) imports.set(data.specifier, new Set(free));
  lines[0] = [...imports]
    .map(([from, names]) => (names.size === 0 ? `import '${from}';` : [...groups(names, from)].join(' ')))
    .concat('export {};')
    .join(' ');
  lines.push('}'.repeat(open));
  return lines.join('\n');
}

/** Takes the imports out of a block, whose lines stay where they are, and adds them to the page's. */
function withoutImports(code: string, imports: Imports): string {
  const source = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true);
  let rest = code;
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const from = (statement.moduleSpecifier as ts.StringLiteral).text;
    const names = imports.get(from) ?? new Set<string>();
    imports.set(from, names);
    const clause = statement.importClause;
    const bindings = clause?.namedBindings;
    if (clause?.name) names.add(`default as ${clause.name.text}`);
    if (bindings && ts.isNamespaceImport(bindings)) names.add(`* as ${bindings.name.text}`);
    if (bindings && ts.isNamedImports(bindings)) {
      const type = clause?.isTypeOnly ? 'type ' : '';
      for (const element of bindings.elements) names.add(type + element.getText(source));
    }
    const text = code.slice(statement.getStart(source), statement.end);
    rest = rest.replace(text, text.replace(/[^\n]/g, ''));
  }
  return rest;
}

function* groups(names: ReadonlySet<string>, from: string): Generator<string> {
  const named = [...names].filter((name) => !name.startsWith('* as '));
  for (const name of names) if (name.startsWith('* as ')) yield `import ${name} from '${from}';`;
  if (named.length > 0) yield `import { ${named.join(', ')} } from '${from}';`;
}

function isImported(imports: Imports, name: string): boolean {
  return [...imports.values()].some((names) => [...names].some((text) => text.split(/\s+/).at(-1) === name));
}
