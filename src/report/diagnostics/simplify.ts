/** Fewer points for the same picture: what is left out lies closer to the drawn line than the eye, or a print at twice the size, can tell. */

/** A corner of a drawn line. */
export type CurvePoint = readonly [x: number, y: number];

/** Largest distance of a point that is left out from the line that is drawn, as a share of the plot's size: a third of a pixel at 700. */
export const TOLERANCE = 0.0005;

/**
 * The ends and every point that is further from the line than `tolerance` times the range of its axis (Ramer, 1972; Douglas and Peucker, 1973). Points
 * whose coordinates are not finite are left out.
 *
 * @param most points kept at most: at least 2; beyond it the tolerance is doubled until they fit
 */
export function simplify(x: ArrayLike<number>, y: ArrayLike<number>, tolerance = TOLERANCE, most = 1500): CurvePoint[] {
  const finite: number[] = [];
  for (let i = 0; i < x.length; i++) if (Number.isFinite(x[i]) && Number.isFinite(y[i])) finite.push(i);
  if (finite.length <= 2) return finite.map((i) => [x[i], y[i]]);
  const width = rangeOf(x, finite);
  const height = rangeOf(y, finite);
  for (let allowed = tolerance; ; allowed = Math.max(TOLERANCE, allowed * 2)) {
    const kept = keptPoints(x, y, finite, { width, height, allowed });
    if (kept.length <= most) return kept.map((i) => [x[i], y[i]]);
  }
}

function rangeOf(values: ArrayLike<number>, at: readonly number[]): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const i of at) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return high > low ? high - low : 1;
}

function keptPoints(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  at: readonly number[],
  { width, height, allowed }: { width: number; height: number; allowed: number },
): number[] {
  const keep = new Uint8Array(at.length);
  keep[0] = 1;
  keep[at.length - 1] = 1;
  const spans: [number, number][] = [[0, at.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    const x0 = x[at[from]] / width;
    const y0 = y[at[from]] / height;
    const dx = x[at[to]] / width - x0;
    const dy = y[at[to]] / height - y0;
    const length = Math.hypot(dx, dy);
    let furthest = -1;
    let distance = allowed;
    for (let k = from + 1; k < to; k++) {
      const px = x[at[k]] / width - x0;
      const py = y[at[k]] / height - y0;
      const away = length > 0 ? Math.abs(px * dy - py * dx) / length : Math.hypot(px, py);
      if (away > distance) {
        distance = away;
        furthest = k;
      }
    }
    if (furthest < 0) continue;
    keep[furthest] = 1;
    spans.push([from, furthest], [furthest, to]);
  }
  return at.filter((_, k) => keep[k] === 1);
}
