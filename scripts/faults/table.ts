/** The table of docs/faults.md. */
import type { Kill } from './kills.js';

export interface Outcome {
  readonly title: string;
  /** Calls that write, of a process that nothing happens to. */
  readonly calls: number;
  readonly kills: readonly Kill[];
  readonly full: readonly Kill[];
}

export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ title, calls, kills, full }) => [
    title,
    String(calls),
    ...counts(kills),
    ...counts(full),
  ]);
  const all = outcomes.flatMap(({ kills }) => kills);
  const sum = ['all', '', ...counts(all), ...counts(outcomes.flatMap(({ full }) => full))];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = [
    'what',
    'calls that write',
    'kills',
    'left old / new / between',
    'wrong',
    'full disks',
    'left',
    'wrong',
  ];
  return [line(head), line(head.map(() => '---')), ...rows.map(line), line(sum)].join('\n');
}

function counts(kills: readonly Kill[]): string[] {
  const of = (state: Kill['state']) => kills.filter((kill) => kill.state === state).length;
  const wrong = kills.filter(({ problem }) => problem !== undefined).length;
  return [String(kills.length), `${of('old')} / ${of('new')} / ${of('between')}`, String(wrong)];
}
