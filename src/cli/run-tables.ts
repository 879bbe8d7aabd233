/** Training runs for people: one with all that is known of it, several side by side. */
import { textTable } from '../core/text-table.js';
import type { TrainingRunRecord } from '../tracking/repository/run-record.js';
import { cell, numberCell } from './cells.js';

const DOCUMENTS = [
  'hyperparameters',
  'hyperparameterSpace',
  'trainMetrics',
  'validationMetrics',
  'testMetrics',
] as const;
const METRICS = { train: 'trainMetrics', validation: 'validationMetrics', test: 'testMetrics' } as const;

/** A line a field, documents below them. */
export function runText(run: TrainingRunRecord): string {
  const documents = new Set<string>(DOCUMENTS);
  const fields = Object.entries({
    ...run,
    process: run.process && `${run.process.pid} on ${run.process.host}`,
  }).flatMap(([field, value]) => (documents.has(field) || value === undefined ? [] : [[field, shown(value)]]));
  const tables = DOCUMENTS.flatMap((field) => {
    const leaves = [...leavesOf(run[field])];
    return leaves.length === 0
      ? []
      : [
          textTable(
            [field, ''],
            leaves.map(([path, value]) => [cell(path), shown(value)]),
          ),
        ];
  });
  return [textTable(['run', ''], fields), ...tables].join('\n\n');
}

/** A column a run; a hyperparameter is shown where they differ. */
export function comparisonTable(runs: readonly TrainingRunRecord[]): string {
  const row = (name: string, of: (run: TrainingRunRecord) => unknown): string[] => [
    name,
    ...runs.map((run) => shown(of(run))),
  ];
  const rows = [
    row('experiment', (run) => run.experimentId),
    row('algorithm', (run) => run.algorithmName),
    row('status', (run) => run.status),
    row('seconds', (run) => run.trainingDurationSeconds),
    ...Object.entries(METRICS).flatMap(([split, field]) => {
      const documents = runs.map(
        (run) => new Map([...leavesOf(run[field])].filter(([, value]) => typeof value === 'number')),
      );
      return pathsOf(documents).map((path) => [
        cell(`${split} ${path}`),
        ...documents.map((leaves) => shown(leaves.get(path))),
      ]);
    }),
  ];
  const settings = runs.map((run) => new Map(leavesOf(run.hyperparameters)));
  for (const path of pathsOf(settings)) {
    if (new Set(settings.map((leaves) => JSON.stringify(leaves.get(path)))).size > 1) {
      rows.push([cell(path), ...settings.map((leaves) => shown(leaves.get(path)))]);
    }
  }
  return textTable(['', ...runs.map(({ trainingRunId }) => cell(trainingRunId))], rows);
}

function pathsOf(documents: readonly ReadonlyMap<string, unknown>[]): string[] {
  return [...new Set(documents.flatMap((leaves) => [...leaves.keys()]))].sort();
}

/** What is no object, with the way to it; lists as a whole. */
function* leavesOf(value: unknown, path = ''): Generator<[string, unknown]> {
  if (value === undefined) return;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    yield [path, value];
    return;
  }
  for (const [key, item] of Object.entries(value)) yield* leavesOf(item, path === '' ? key : `${path}.${key}`);
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '-';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number') return numberCell(value);
  return cell(typeof value === 'string' ? value : JSON.stringify(value));
}
