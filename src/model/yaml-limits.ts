/**
 * What keeps a small file from taking the process: the parser of YAML calls itself for every level, so that some thousand brackets use up the stack
 * (V8 then may end the process, not throw), and it compares every key of a mapping with every other.
 */
import { ConfigError } from '../core/errors.js';

/** Levels of brackets, of indicators in one line (`- - -`), and of a mapping's keys in all. */
const MOST_BRACKETS = 100;
const MOST_INDICATORS = 100;
const MOST_INDENTATION = 500;
const MOST_KEYS = 10_000;

/** Kinds of tokens, as the lexer of `yaml` gives them: their text. */
const OPENING = new Set(['[', '{']);
const CLOSING = new Set([']', '}']);
const INDICATORS = new Set(['-', '?', ':']);

/**
 * Looks at the tokens alone, in time linear in the text.
 *
 * @throws ConfigError - deeper or larger than any configuration is; it names the line
 */
export function checkNesting(tokens: Iterable<string>, path: string): void {
  let line = 1;
  let brackets = 0;
  let indicators = 0;
  let keys = 0;
  let newLine = true;
  for (const token of tokens) {
    if (newLine && token.length > MOST_INDENTATION && token.trim() === '' && !token.includes('\n'))
      throw refused(path, line, `a line that is indented by more than ${MOST_INDENTATION} columns`);
    newLine = token.endsWith('\n');
    for (let at = token.indexOf('\n'); at >= 0; at = token.indexOf('\n', at + 1)) line++;
    if (newLine && brackets === 0) indicators = 0;
    if (OPENING.has(token)) brackets++;
    else if (CLOSING.has(token)) brackets = Math.max(0, brackets - 1);
    else if (INDICATORS.has(token) && brackets === 0) indicators++;
    if (token === ':') keys++;
    if (brackets > MOST_BRACKETS || indicators > MOST_INDICATORS) throw refused(path, line, 'nested too deeply');
    if (keys > MOST_KEYS) throw refused(path, line, `more than ${MOST_KEYS} keys`);
  }
}

function refused(path: string, line: number, problem: string): ConfigError {
  return new ConfigError(`${path}:${line}: ${problem}`, {
    hint: 'This is no configuration file.',
    details: { file: path, line },
  });
}
