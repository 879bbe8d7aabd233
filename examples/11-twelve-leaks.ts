/**
 * Twelve ways to fool oneself, planted in real hourly bars, and who catches each: the compiler, the checks of the splits, the ledger of rows, or the
 * leak prover, which changes the future and looks whether the past changes with it.
 */
import {
  chooseThreshold,
  DataLeakageError,
  Matrix,
  PreprocessingPipeline,
  type Table,
  TimeSeriesDataContainer,
} from 'holdfast';
import { LightGBMModel } from 'holdfast/boosting';
import { LogisticRegressionModel } from 'holdfast/classical';
import { readCsv, tripleBarrierLabels } from 'holdfast/data';
import { type LeakStep, proveNoLeak } from 'holdfast/validation';

const horizon = 8;
const bars = (await readCsv(new URL('./data/spy-hourly.csv.gz', import.meta.url))).slice(-4000);
const known = tripleBarrierLabels({
  close: bars.numeric('close'),
  times: bars.numeric('timestamp'),
  horizon,
  upper: 1,
  lower: 1,
});
const all = bars
  .with(
    'session',
    Array.from(bars.numeric('timestamp'), (ms) => `${new Date(ms).getUTCHours()} h`),
  )
  .with(
    'label',
    known.labels.map((label) => (Number.isNaN(label) ? label : Number(label > 0))),
  )
  .with('label_end', { kind: 'time', values: known.labelEnds });
const table = all.take(Array.from(known.labels.keys()).filter((i) => !Number.isNaN(known.labels[i])));
const rows = table.rowCount;
const [time, open, close, volume, up, labelEnds] = ['timestamp', 'open', 'close', 'volume', 'label', 'label_end'].map(
  (name) => table.numeric(name),
);
const columns = { time: 'timestamp', label: 'label', labelEnd: 'label_end' } as const;

// ---- found by the prover: steps that look at rows they should not see --------------------------------------------------------

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

const steps: Record<string, (t: Table) => Table> = {
  'global scaler': (t) => {
    const values = t.numeric('close');
    const center = mean(values);
    const spread = Math.sqrt(mean(values.map((v) => (v - center) ** 2)));
    return t.with(
      'scaled',
      values.map((v) => (v - center) / spread),
    );
  },
  'target encoding on all rows': (t) => {
    const [session, label] = [t.strings('session'), t.numeric('label')];
    const sums = new Map<string | null, [number, number]>();
    session.forEach((name, i) => {
      const [sum, count] = sums.get(name) ?? [0, 0];
      sums.set(name, [sum + label[i], count + 1]);
    });
    return t.with(
      'session_rate',
      Float64Array.from(session, (name) => {
        const [sum, count] = sums.get(name) ?? [0, 1];
        return sum / count;
      }),
    );
  },
  'backward fill': (t) => {
    // A figure published with the first bar of each day, spread over the bars before it.
    const hours = t.strings('session');
    const filled = new Float64Array(t.rowCount).fill(Number.NaN);
    for (let i = t.rowCount - 1; i >= 0; i--) {
      const published = i === 0 || hours[i] !== hours[i - 1] ? t.numeric('volume')[i] : Number.NaN;
      filled[i] = hours[i] === '9 h' ? published : (filled[i + 1] ?? Number.NaN);
    }
    return t.with('published', filled);
  },
  'centred rolling mean': (t) => {
    const values = t.numeric('close');
    return t.with(
      'smooth',
      values.map((_, i) => mean(values.subarray(Math.max(0, i - 5), i + 6))),
    );
  },
  'feature selected on all rows': (t) => {
    const label = t.numeric('label');
    const center = mean(label);
    const candidates = ['open', 'high', 'low', 'close', 'volume'];
    const strength = candidates.map((name) => {
      const values = t.numeric(name);
      const own = mean(values);
      return (
        Math.abs(mean(values.map((v, i) => (v - own) * (label[i] - center)))) /
        Math.sqrt(mean(values.map((v) => (v - own) ** 2)))
      );
    });
    const best = candidates[strength.indexOf(Math.max(...strength))];
    return t.with(
      'best',
      t.numeric(best).map((v) => v * Math.max(...strength)),
    );
  },
  'future-dated feature': (t) => {
    // The next bar's open, filed under the time of this one.
    const next = t.numeric('open');
    return t.with(
      'gap',
      next.map((_, i) => (next[i + 1] ?? Number.NaN) / t.numeric('close')[i] - 1),
    );
  },
};

const proven = async (name: string): Promise<string> => {
  const step: LeakStep = { name, run: steps[name] };
  // In the middle of a day, so that what is spread over a day shows.
  const report = await proveNoLeak([step, new PreprocessingPipeline()], table, { cut: time[2403], ...columns });
  if (report.steps.some(({ name: other, ok }) => ok === (other === name)))
    throw new Error(`${name}: not the step that leaks`);
  return report.leaks[0].message;
};

// ---- found by the checks: splits that share what they must not --------------------------------------------------------------

const features = Matrix.from(
  Array.from({ length: rows }, (_, i) => [
    close[i] / open[i] - 1,
    i === 0 ? 0 : close[i] / close[i - 1] - 1,
    volume[i] / 1e6,
  ]),
);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const shuffled = (n: number) => {
  let state = 7;
  const random = () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
  return range(0, n)
    .map((i) => [random(), i])
    .sort(([a], [b]) => a - b)
    .map(([, i]) => i);
};
type Extra = 'times' | 'labelEnds' | 'groups' | 'rowIds';
const day = Array.from(time, (ms) => new Date(ms).toISOString().slice(0, 10));

/** Splits made by hand, as scripts do. */
function byHand(
  train: number[],
  validation: number[],
  test: number[],
  extras: readonly Extra[] = [],
): TimeSeriesDataContainer {
  const per = <T>(values: ArrayLike<T>) => ({
    train: train.map((i) => values[i]),
    validation: validation.map((i) => values[i]),
    test: test.map((i) => values[i]),
  });
  return new TimeSeriesDataContainer({
    XTrain: features.take(train),
    yTrain: train.map((i) => up[i]),
    XVal: features.take(validation),
    yVal: validation.map((i) => up[i]),
    XTest: features.take(test),
    yTest: test.map((i) => up[i]),
    ...(extras.includes('times') && { times: per(time) }),
    ...(extras.includes('labelEnds') && { labelEnds: per(labelEnds) }),
    ...(extras.includes('groups') && { groups: per(day) }),
    ...(extras.includes('rowIds') && { rowIds: per(range(0, rows)) }),
  });
}

/** The message of the error that refuses. */
async function refused(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DataLeakageError) return error.message;
    throw error;
  }
  throw new Error('Nobody noticed.');
}

const thirds = (order: number[]) =>
  [0, 0.6, 0.8].map((share, k, at) => order.slice(share * order.length, (at[k + 1] ?? 1) * order.length));

const checked: Record<string, () => Promise<string>> = {
  'resampling before the split': () => {
    const resampled = shuffled(rows).concat(range(0, rows).filter((i) => up[i] === 0));
    const [train, validation, test] = thirds(shuffled(resampled.length).map((i) => resampled[i]));
    return refused(() => byHand(train, validation, test, ['rowIds']).assertNoLeakage());
  },
  'label span over the border': () => {
    const [train, validation, test] = thirds(range(0, rows));
    return refused(() => byHand(train, validation, test, ['times', 'labelEnds']).assertNoLeakage());
  },
  'duplicate rows': () => {
    const [train, validation, test] = thirds(range(0, rows));
    return refused(() => byHand(train.concat(test.slice(-200)), validation, test).assertNoLeakage());
  },
  'group in two splits': () => {
    const [train, validation, test] = thirds(shuffled(rows));
    return refused(() => byHand(train, validation, test, ['groups']).assertNoLeakage());
  },
};

// ---- found by the compiler and by the ledger: rows in a role that is not theirs ----------------------------------------------

const clean = new PreprocessingPipeline().fitTransform(
  TimeSeriesDataContainer.fromTable(table, { ...columns, features: ['open', 'close', 'volume'] }),
);

const used: Record<string, () => Promise<string>> = {
  'early stopping on test': () =>
    refused(async () => {
      const { train, test } = clean;
      const model = new LightGBMModel({ numIterations: 100, earlyStoppingRounds: 5 });
      // @ts-expect-error a split of test rows is no validation split
      const attempt = () => model.fit({ ...train, validation: test });
      // The arrays alone have no role in their type. The ledger knows whose they are.
      await attempt().catch((error) => error instanceof DataLeakageError || Promise.reject(error));
      await model.fit({ ...train, validation: { X: test.X, y: test.y } });
    }),
  'threshold on test': () =>
    refused(async () => {
      const model = new LogisticRegressionModel();
      await model.fit(clean.train);
      // @ts-expect-error a split of test rows chooses no threshold
      const attempt = () => chooseThreshold(model, clean.test);
      await attempt().catch((error) => error instanceof DataLeakageError || Promise.reject(error));
      await chooseThreshold(model, { ...clean.test, role: 'validation' });
    }),
};

// ---- the table ------------------------------------------------------------------------------------------------------------------

/** What each planted leak was caught by, and what the user reads. */
export const caught: { leak: string; by: string; message: string }[] = [];
for (const name of Object.keys(steps)) caught.push({ leak: name, by: 'prover', message: await proven(name) });
for (const [name, run] of Object.entries(checked)) caught.push({ leak: name, by: 'check', message: await run() });
for (const [name, run] of Object.entries(used)) caught.push({ leak: name, by: 'type, ledger', message: await run() });
for (const { leak, by, message } of caught) console.log(`${leak.padEnd(28)} ${by.padEnd(13)} ${message}`);

// And the same pipeline without a leak: nothing to say.
const honest = new PreprocessingPipeline({
  rolling: [{ column: 'close', window: 7, statistics: ['mean', 'zscore'] }],
  encoding: 'target',
});
const { ok, leaks } = await proveNoLeak(honest, table, { cut: 0.6, ...columns });
console.log(
  `\n${caught.length} leaks caught; a clean pipeline: ${ok && leaks.length === 0 ? 'nothing to report' : leaks[0]?.message}`,
);
if (!ok || caught.length !== 12) process.exitCode = 1;
