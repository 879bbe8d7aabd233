/** Parameters that always come together: those are sampled together, whatever the conditions of a space are. */
import type { HistoryView } from '../../history.js';

/** Disjoint groups of the names that trials of the view have; two names are in one group if every trial has both or neither. */
export function groupsOf(view: HistoryView): readonly (readonly string[])[] {
  const { history, finished } = view;
  const seen = new Set<number>();
  for (const { number, state } of finished) if (state !== 'fail') seen.add(history.setOf(number));
  const membership = new Map<string, string>();
  for (const set of [...seen].sort((a, b) => a - b)) {
    for (const name of history.parameterSets[set]) membership.set(name, `${membership.get(name) ?? ''},${set}`);
  }
  const groups = new Map<string, string[]>();
  for (const [name, key] of membership) {
    const group = groups.get(key);
    if (group) group.push(name);
    else groups.set(key, [name]);
  }
  return [...groups.values()];
}
