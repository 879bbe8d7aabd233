/** The persistence rule in two loops: of all outcomes known at a row's time, not the row's own, the one known last. */

export interface PlainRows {
  readonly y: readonly number[];
  readonly times: readonly number[];
  readonly labelEnds: readonly number[];
  readonly groups?: readonly (string | number)[];
}

/** NaN where nothing is known. `before` are rows of earlier splits, in order. */
export function plainPersistence(rows: PlainRows, before: readonly PlainRows[]): number[] {
  return rows.times.map((time, i) => {
    let best: { known: number; time: number; label: number } | undefined;
    for (const other of [...before, rows]) {
      for (let r = 0; r < other.y.length; r++) {
        if (other === rows && r === i) continue;
        if (!(other.labelEnds[r] <= time) || other.groups?.[r] !== rows.groups?.[i]) continue;
        const candidate = { known: other.labelEnds[r], time: other.times[r], label: other.y[r] };
        const later =
          !best || candidate.known > best.known || (candidate.known === best.known && candidate.time >= best.time);
        if (later) best = candidate;
      }
    }
    return best ? best.label : Number.NaN;
  });
}
