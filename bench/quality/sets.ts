/**
 * The real data sets of the quality tables, and each as the plain numbers both libraries are given: categories are codes from 0
 * in the sorted order of their words, an absent category is a category of its own, an absent number is NaN.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Random } from '../../src/core/random.js';

export type Task = 'binary' | 'multiclass' | 'regression';

export interface QualitySet {
  name: string;
  /** Files of ../shared/data, one below the other. */
  files: string[];
  task: Task;
  label: string;
  categorical?: string[];
  weight?: string;
  leaveOut?: string[];
  /** Texts that stand for a missing value. */
  missing?: string[];
  /** Larger sets are cut to this many rows, drawn by a fixed seed. */
  maxRows?: number;
}

const ADULT = [
  'workclass',
  'education',
  'marital_status',
  'occupation',
  'relationship',
  'race',
  'sex',
  'native_country',
];
const BANK = [
  'job',
  'marital',
  'education',
  'default',
  'housing',
  'loan',
  'contact',
  'month',
  'day_of_week',
  'poutcome',
];
const AIRLINES = ['Month', 'DayofMonth', 'DayOfWeek', 'UniqueCarrier', 'Origin', 'Dest'];
const both = (name: string) => [`${name}-train`, `${name}-test`];

export const QUALITY_SETS: readonly QualitySet[] = [
  {
    name: 'lightgbm-binary',
    files: both('lightgbm-binary'),
    task: 'binary',
    label: 'label',
    weight: 'weight',
    leaveOut: ['init_score'],
  },
  {
    name: 'lightgbm-categorical',
    files: ['lightgbm-categorical'],
    task: 'binary',
    label: 'label',
    categorical: ['f0', 'f1', 'f2', 'f4', 'f5', 'f6'],
  },
  { name: 'xgboost-agaricus', files: both('xgboost-agaricus'), task: 'binary', label: 'label' },
  {
    name: 'catboost-airlines5k',
    files: both('catboost-airlines5k'),
    task: 'binary',
    label: 'dep_delayed_15min',
    categorical: AIRLINES,
  },
  {
    name: 'catboost-adult',
    files: both('catboost-adult'),
    task: 'binary',
    label: 'target',
    categorical: ['c0_cat', 'c2_cat', 'c3_cat', ...ADULT],
  },
  { name: 'catboost-higgs', files: both('catboost-higgs'), task: 'binary', label: 'label' },
  {
    name: 'adult',
    files: ['adult-train'],
    task: 'binary',
    label: 'income',
    categorical: ADULT,
    missing: ['?'],
    maxRows: 20_000,
  },
  {
    name: 'bank-marketing',
    files: ['bank-additional-full'],
    task: 'binary',
    label: 'y',
    categorical: BANK,
    leaveOut: ['duration'],
    maxRows: 20_000,
  },
  {
    name: 'give-me-credit',
    files: ['give-me-credit-150k'],
    task: 'binary',
    label: 'SeriousDlqin2yrs',
    leaveOut: ['id'],
    missing: ['NA'],
    maxRows: 30_000,
  },
  { name: 'breast-cancer', files: ['sklearn-breast-cancer'], task: 'binary', label: 'target' },
  { name: 'lightgbm-multiclass', files: both('lightgbm-multiclass'), task: 'multiclass', label: 'label' },
  { name: 'digits', files: ['sklearn-digits'], task: 'multiclass', label: 'target' },
  { name: 'dermatology', files: ['dermatology'], task: 'multiclass', label: 'class', missing: ['?'] },
  { name: 'wine', files: ['sklearn-wine'], task: 'multiclass', label: 'target' },
  {
    name: 'california-housing',
    files: ['california-housing'],
    task: 'regression',
    label: 'median_house_value',
    categorical: ['ocean_proximity'],
  },
  { name: 'diabetes', files: ['sklearn-diabetes'], task: 'regression', label: 'target' },
  {
    name: 'beijing-pm25',
    files: ['beijing-pm25'],
    task: 'regression',
    label: 'pm2.5',
    categorical: ['cbwd'],
    leaveOut: ['No'],
    missing: ['NA'],
    maxRows: 20_000,
  },
  {
    name: 'air-quality',
    files: ['air-quality-uci'],
    task: 'regression',
    label: 'CO_GT',
    leaveOut: ['Date', 'Time'],
    missing: ['-200'],
  },
  {
    name: 'flights',
    files: ['flights-300k'],
    task: 'regression',
    label: 'delay',
    categorical: ['origin', 'destination'],
    leaveOut: ['date'],
    maxRows: 30_000,
  },
];

export interface QualityRows {
  /** (rows x cols) row-major. */
  X: Float32Array;
  y: Float32Array;
  weights?: Float32Array;
  cols: number;
  /** Columns of category codes. */
  categorical: number[];
  classes: number;
}

const directory = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

export function readQualitySet(set: QualitySet): QualityRows {
  const { names, rows } = readCells(set);
  const column = (name: string): string[] => {
    const at = names.indexOf(name);
    if (at < 0) throw new Error(`${set.name} has no column ${name}`);
    return rows.map((row) => row[at]);
  };
  const numbers = (texts: string[]) =>
    Float32Array.from(texts, (text) => (text === '' || set.missing?.includes(text) ? Number.NaN : Number(text)));
  const apart = [set.label, set.weight, ...(set.leaveOut ?? [])];
  const features = names.filter((name) => !apart.includes(name));
  const columns = features.map((name) =>
    set.categorical?.includes(name) ? codes(column(name)) : numbers(column(name)),
  );
  const y = set.task === 'regression' ? numbers(column(set.label)) : codes(column(set.label));
  const X = new Float32Array(rows.length * columns.length);
  for (let i = 0, p = 0; i < rows.length; i++) for (const values of columns) X[p++] = values[i];
  return {
    X,
    y,
    ...(set.weight ? { weights: numbers(column(set.weight)) } : {}),
    cols: columns.length,
    categorical: features.flatMap((name, j) => (set.categorical?.includes(name) ? [j] : [])),
    classes: set.task === 'regression' ? 0 : new Set(y).size,
  };
}

/** Rows that have a label, at most `maxRows` of them. */
function readCells({ files, label, missing = [], maxRows }: QualitySet): { names: string[]; rows: string[][] } {
  const parts = files.map((file) => {
    const [head, ...lines] = gunzipSync(readFileSync(`${directory}${file}.csv.gz`))
      .toString('utf8')
      .trimEnd()
      .split('\n');
    return { names: head.split(','), rows: lines.map((line) => line.split(',')) };
  });
  const [{ names }] = parts;
  const at = names.indexOf(label);
  const labelled = parts.flatMap((part) => part.rows).filter((row) => row[at] !== '' && !missing.includes(row[at]));
  if (!maxRows || labelled.length <= maxRows) return { names, rows: labelled };
  const kept = new Random(97).permutation(labelled.length).slice(0, maxRows).sort();
  return { names, rows: Array.from(kept, (i) => labelled[i]) };
}

/** Numbers keep their order; words are sorted by code unit. */
function codes(texts: string[]): Float32Array {
  const words = [...new Set(texts)];
  const numeric = words.every((word) => word !== '' && Number.isFinite(Number(word)));
  words.sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
  const code = new Map(words.map((word, k) => [word, k]));
  return Float32Array.from(texts, (text) => code.get(text) ?? Number.NaN);
}
