/** Colours, only where a person looks: on a terminal, unless NO_COLOR says otherwise (https://no-color.org). */

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

/** FORCE_COLOR colours pipes too; a dumb terminal gets none. */
export function colours(stream: { readonly isTTY?: boolean }, plain = false, env = process.env): boolean {
  if (plain || (env.NO_COLOR !== undefined && env.NO_COLOR !== '')) return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && env.TERM !== 'dumb';
}

export function paint(stream: { readonly isTTY?: boolean } = process.stdout, plain = false): Paint {
  const on = colours(stream, plain);
  const style = (open: number, close: number) => (text: string) => (on ? `\x1b[${open}m${text}\x1b[${close}m` : text);
  return { bold: style(1, 22), dim: style(2, 22), red: style(31, 39), green: style(32, 39), yellow: style(33, 39) };
}
