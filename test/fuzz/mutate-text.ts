/** Text changed by its tokens and lines: numbers, words and lines replaced, dropped, doubled and swapped. */
import type { Edit } from './case.js';
import { NUMBER_TEXTS, STRINGS } from './interesting.js';

export function mutateText(seed: string, edits: readonly Edit[]): string {
  let text = seed;
  for (const edit of edits) text = changed(text, edit);
  return text;
}

function changed(text: string, [op, where, to, value]: Edit): string {
  const at = where % Math.max(1, text.length);
  switch (op % 14) {
    case 0:
      return text.slice(0, at);
    case 1:
    case 2:
    case 3:
      return withToken(text, at, /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, otherNumber(value, to));
    case 4:
      return withToken(text, at, /[\w./-]+/g, () => STRINGS[value % STRINGS.length]);
    case 5:
      return withLines(text, at, (lines, i) => lines.splice(i, 1 + (value % 3)));
    case 6:
      return withLines(text, at, (lines, i) => lines.splice(i, 0, ...lines.slice(i, i + 1 + (value % 3))));
    case 7:
      return withLines(text, at, (lines, i) => {
        const j = to % lines.length;
        [lines[i], lines[j]] = [lines[j], lines[i]];
      });
    case 8:
      return text.slice(0, at) + text.slice(at + 1 + (value % 20));
    case 9:
      return text.slice(0, at) + STRINGS[value % STRINGS.length] + text.slice(at);
    case 10: {
      const from = to % Math.max(1, text.length);
      return text.slice(0, at) + text.slice(from, from + 1 + (value % 60)) + text.slice(at);
    }
    case 11:
      return text.slice(0, at) + String.fromCharCode(value % (to % 3 === 0 ? 65_536 : 128)) + text.slice(at + 1);
    case 12:
      return withToken(text, at, /[A-Za-z_]\w*/g, () => wordOf(text, to));
    default:
      return text.slice(0, at) + '([{"\'-!,:='[value % 10].repeat(1 + (to % 5000)) + text.slice(at);
  }
}

/** Another number, or the same one a little or very different. */
const otherNumber =
  (value: number, to: number) =>
  (old: string): string => {
    switch (to % 4) {
      case 0:
        return String(Number(old) + 1);
      case 1:
        return String(Number(old) - 1);
      case 2:
        return String(value % 12);
      default:
        return NUMBER_TEXTS[value % NUMBER_TEXTS.length];
    }
  };

function wordOf(text: string, at: number): string {
  const words = text.slice(0, 20_000).match(/[A-Za-z_]\w*/g) ?? ['x'];
  return words[at % words.length];
}

/** The next token from `at` on, replaced. */
function withToken(text: string, at: number, pattern: RegExp, other: (old: string) => string): string {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match ? text.slice(0, match.index) + other(match[0]) + text.slice(match.index + match[0].length) : text;
}

function withLines(text: string, at: number, change: (lines: string[], line: number) => unknown): string {
  const lines = text.split('\n');
  change(lines, at % lines.length);
  return lines.join('\n');
}
