/** Chooses the delimiter of a CSV text from its first lines. */

const CANDIDATES = [',', ';', '\t', '|'].map((c) => c.charCodeAt(0));
const LINES = 20;

/**
 * The candidate that splits the first lines into the same, largest number of cells; when none does so evenly, the most frequent in the first line;
 * ',' when none occurs. Ties go to the order , ; tab |.
 */
export function detectDelimiter(bytes: Uint8Array): number {
  const counts = CANDIDATES.map((candidate) => cellsALine(bytes, candidate));
  let best = -1;
  for (const even of [true, false]) {
    let most = 0;
    counts.forEach((lines, c) => {
      if (even && lines.some((n) => n !== lines[0])) return;
      if (lines[0] > most) {
        most = lines[0];
        best = c;
      }
    });
    if (best >= 0) break;
  }
  return CANDIDATES[Math.max(best, 0)];
}

/** How often `delimiter` occurs outside quotes in each of the first complete lines. */
function cellsALine(bytes: Uint8Array, delimiter: number): number[] {
  const lines: number[] = [];
  let quoted = false;
  let count = 0;
  let at = 0;
  for (; at < bytes.length && lines.length < LINES; at++) {
    const byte = bytes[at];
    if (byte === 34) quoted = !quoted;
    else if (quoted) continue;
    else if (byte === delimiter) count++;
    else if (byte === 10) {
      lines.push(count);
      count = 0;
    }
  }
  // An incomplete last line counts only when there is no other.
  return lines.length > 0 ? lines : [count];
}
