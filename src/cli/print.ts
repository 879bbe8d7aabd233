/** Results go to stdout, as text or as one JSON document; everything else goes to stderr. */
import { type Paint, paint } from './colour.js';
import type { OutputFlags } from './flags.js';

export function print(flags: OutputFlags, json: unknown, text: (paint: Paint) => string): void {
  const out = flags.json ? JSON.stringify(json, null, 2) : text(paint(process.stdout, flags.quiet));
  process.stdout.write(`${out}\n`);
}

/** A table's first line bold, its rule dim. */
export function withHeader(table: string, { bold, dim }: Paint): string {
  const [header, rule, ...rest] = table.split('\n');
  return [bold(header), dim(rule ?? ''), ...rest].join('\n');
}

/** A word to the person, where one is looking on. */
export function tell(flags: OutputFlags, message: string): void {
  if (!flags.json && !flags.quiet) process.stderr.write(`${message}\n`);
}
