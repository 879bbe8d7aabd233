/** YAML files with schemas: every problem is a `ConfigError` that names the file, the line and the nearest valid key. */
import { readFile } from 'node:fs/promises';
import type { Document, LineCounter, Node } from 'yaml';
import type { ZodType } from 'zod';
import { ConfigError } from '../core/errors.js';
import type { ConfigProblem, LazySchema, SchemaOutput } from '../core/schema.js';
import { checkNesting } from './yaml-limits.js';

/** Highest `version:` of a configuration file that this library reads. */
export const CONFIG_VERSION = 1;

/** Larger files are refused: nobody writes such a configuration by hand. */
const MAX_BYTES = 1 << 20;

/** Reads, parses and checks a YAML file. */
export async function readYaml<S extends ZodType>(
  path: string,
  schema: LazySchema<S>,
  what: string,
): Promise<SchemaOutput<LazySchema<S>>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new ConfigError(`${what}: cannot read ${path}: ${code === 'ENOENT' ? 'no such file' : String(code)}`, {
      hint: 'Check the path.',
      details: { file: path },
      cause: error,
    });
  }
  return parseYaml(text, path, schema, what);
}

/** Parses and checks YAML text that came from `path`. */
export async function parseYaml<S extends ZodType>(
  text: string,
  path: string,
  schema: LazySchema<S>,
  what: string,
): Promise<SchemaOutput<LazySchema<S>>> {
  if (text.length > MAX_BYTES) {
    throw new ConfigError(`${what}: ${path} is larger than ${MAX_BYTES} bytes`, {
      hint: 'This is no configuration file.',
      details: { file: path },
    });
  }
  const { Lexer, parseDocument, LineCounter } = await import('yaml');
  checkNesting(new Lexer().lex(text), path);
  const lines = new LineCounter();
  // Warnings would go to the process, past the caller; what they warn of is refused by the schema.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'error' });
  if (document.errors.length > 0) {
    const error = document.errors[0];
    const line = error.linePos?.[0].line;
    throw new ConfigError(`${path}:${line ?? '?'}: not valid YAML: ${error.message.split('\n')[0]}`, {
      hint: 'Check the indentation and quoting of this line.',
      details: { file: path, line },
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    throw new ConfigError(`${path}: ${(error as Error).message}`, {
      hint: 'Use fewer YAML aliases.',
      details: { file: path },
      cause: error,
    });
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > CONFIG_VERSION) {
    throw new ConfigError(
      `${path}:${lineOf(document, lines, ['version']) ?? '?'}: configuration version ${version}; this version of holdfast reads up to ${CONFIG_VERSION}`,
      {
        hint: 'Update holdfast, or write the file for this version.',
        details: { file: path, version },
      },
    );
  }
  try {
    return schema.parse(value, what);
  } catch (error) {
    if (error instanceof ConfigError) throw located(error, path, (keys) => lineOf(document, lines, keys));
    throw error;
  }
}

/** The error again, each problem with its file and line. */
export function located(
  error: ConfigError,
  path: string,
  line: (keys: (string | number)[]) => number | undefined,
): ConfigError {
  const problems = ((error.details.problems ?? []) as ConfigProblem[]).map((problem) => ({
    ...problem,
    file: path,
    line: line(problem.path),
  }));
  if (problems.length === 0)
    return new ConfigError(`${path}: ${error.message}`, { hint: error.hint, details: { file: path }, cause: error });
  return new ConfigError(problems.map((p) => `${path}:${p.line ?? '?'}: ${p.message}`).join('; '), {
    hint: error.hint,
    details: { file: path, line: problems[0].line, nearest: problems[0].nearest, problems },
    cause: error,
  });
}

/** 1-based line of the value at `keys`, or of the nearest enclosing one that exists. */
function lineOf(document: Document, lines: LineCounter, keys: (string | number)[]): number | undefined {
  for (let depth = keys.length; depth >= 0; depth--) {
    const parent = document.getIn(keys.slice(0, Math.max(depth - 1, 0)), true) as
      | { items?: { key?: Node & { value?: unknown } }[] }
      | undefined;
    const pair = depth > 0 ? parent?.items?.find((item) => item.key?.value === keys[depth - 1]) : undefined;
    const node = (pair?.key ?? document.getIn(keys.slice(0, depth), true)) as Node | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}
