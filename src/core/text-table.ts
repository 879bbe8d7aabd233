/** Plain text tables: columns aligned, numbers to the right. */

export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, j) => Math.max(...all.map((row) => row[j].length)));
  const numeric = header.map((_, j) => rows.every((row) => /^([-+]?[\d.,]+(e[-+]?\d+)?%?|-|n\/a)?$/.test(row[j])));
  const line = (row: readonly string[]) =>
    row
      .map((cell, j) => (numeric[j] ? cell.padStart(widths[j]) : cell.padEnd(widths[j])))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
