/** What callers say of a run, checked, as columns and parameters. */
import { ConfigError, InvalidInputError } from '../../core/errors.js';
import { nearest } from '../../core/text.js';
import { documentText, storableCount, storableKey, storableText } from './documents.js';
import { RUN_COLUMNS, type TrainingRunRecord } from './run-record.js';

/** What becomes known of a run while it runs and when it ends. What is left out stays as it is. */
export type RunChanges = Partial<
  Omit<
    TrainingRunRecord,
    'trainingRunId' | 'experimentId' | 'status' | 'startedAt' | 'completedAt' | 'failureReason' | 'process'
  >
>;

/** A run that begins. */
export interface NewRun extends RunChanges {
  /** Default: a new random one. */
  readonly trainingRunId?: string;
  /** Made on first use; `saveExperiment` gives it a name and a description. */
  readonly experimentId: string;
  readonly algorithmName: string;
  /** Default 'holdfast'. */
  readonly framework?: string;
}

const LONGEST_DURATION = 99_999_999.99;
const KEYS = new Set(['trainingRunId', 'modelVersionId', 'experimentId']);
const COUNTS = new Set(['tuningTrials', 'trainSamples', 'validationSamples', 'testSamples']);
const NEVER_CHANGED = new Set(['status', 'startedAt', 'completedAt']);

export interface ColumnValue {
  readonly column: string;
  /** For the parameter: nothing is guessed from the value. */
  readonly type: 'text' | 'jsonb' | 'int' | 'numeric';
  readonly value: string | number | null;
}

/**
 * @throws ConfigError - a field that there is none of
 * @throws InvalidInputError - a value that its column does not hold
 */
export function columnValues(changes: object, what: string): ColumnValue[] {
  const columns = new Map(
    Object.entries(RUN_COLUMNS).map(([column, [field, kind]]) => [field as string, { column, kind }]),
  );
  for (const field of NEVER_CHANGED) columns.delete(field);
  return Object.entries(changes).flatMap(([field, value]): ColumnValue[] => {
    const known = columns.get(field);
    if (!known) {
      const close = nearest(field, columns.keys());
      throw new ConfigError(`${what}: unknown field '${field.slice(0, 100)}'`, {
        hint: close ? `Did you mean '${close}'?` : `Fields: ${[...columns.keys()].join(', ')}.`,
      });
    }
    if (value === undefined) return [];
    return [{ column: known.column, ...typedValue(field, known.kind, value, `${what}: ${field}`) }];
  });
}

function typedValue(field: string, kind: string, value: unknown, what: string): Omit<ColumnValue, 'column'> {
  if (kind === 'json') return { type: 'jsonb', value: documentText(value, what) };
  if (COUNTS.has(field)) return { type: 'int', value: storableCount(value, what) };
  if (kind === 'number') return { type: 'numeric', value: duration(value, what) };
  return { type: 'text', value: KEYS.has(field) ? storableKey(value, what) : storableText(value, what) };
}

function duration(value: unknown, what: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= LONGEST_DURATION)) {
    throw new InvalidInputError(`${what} ${String(value)} is no number of seconds from 0 to ${LONGEST_DURATION}`);
  }
  return value;
}
