/** Markdown in which text from data stays text: no markup, no link, no table cell ends by it. */
import { printable } from '../text/numbers.js';

/** Inline text. */
export const plain = (text: string): string =>
  printable(text)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]<>#|~!&]/g, (character) => `\\${character}`)
    .replace(/\b(https?|ftp):/gi, '$1\\:')
    .replace(/^([-+]|\d+[.)])/, '\\$1');

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

export const paragraphs = (parts: readonly (string | undefined)[]): string =>
  `${parts.filter((part) => part !== undefined && part !== '').join('\n\n')}\n`;

export const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
