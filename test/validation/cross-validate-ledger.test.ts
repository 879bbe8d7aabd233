/** What a cross-validation tells the ledger of its rows, and what the ledger makes of it afterwards. */
import { describe, expect, it } from 'vitest';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { Random } from '../../src/core/random.js';
import {
  DataLeakageError,
  evaluateModel,
  PreprocessingPipeline,
  Table,
  TimeSeriesDataContainer,
} from '../../src/index.js';
import { GridSearch } from '../../src/tuning/index.js';
import { crossValidate, KFold } from '../../src/validation/index.js';

function raw() {
  const random = new Random(3);
  const column = () => Float64Array.from({ length: 300 }, () => random.normal());
  const columns = { a: column(), b: column() };
  const label = Float64Array.from({ length: 300 }, (_, i) => Number(columns.a[i] + random.normal() > 0));
  return TimeSeriesDataContainer.fromTable(Table.fromColumns({ ...columns, label }), { label: 'label' });
}
const prepared = () => new PreprocessingPipeline().fitTransform(raw());
const splitter = new KFold({ folds: 3 });
const model = () => new LogisticRegressionModel();

describe('crossValidate', () => {
  it('enters what each fold was fitted on, and that the rows were scored', async () => {
    const { train, ledger } = raw();
    await crossValidate({ preprocessing: {}, model: 'logistic' }, train, { splitter });
    const uses = ledger.report().uses.map(({ use, by, role, rows }) => `${use} ${role} ${by} ${rows}`);
    expect(uses).toContain('score train cross-validation of logistic 180');
    expect(uses.filter((use) => use === 'fit train logistic 120').length).toBe(3);
    expect(uses.filter((use) => use === 'preprocess train preprocessing 120').length).toBe(3);
    expect(ledger.report().testEvaluations).toBe(0);
  });

  it("keeps a fold's model from being evaluated on rows that it was fitted on, and on no others", async () => {
    const data = prepared();
    const { folds } = await crossValidate(model(), data.train, { splitter, returnModels: true });
    const [{ model: fitted }] = folds;
    expect(() => data.ledger.record('evaluate', data.train, { name: 'fold', subject: fitted })).toThrow(
      DataLeakageError,
    );
    if (!fitted) throw new Error('no model was kept');
    const { evaluation } = await evaluateModel(fitted, data.test);
    expect(evaluation.rows).toBe(data.test.y.length);
    const other = model();
    await other.fit(data.train);
    await expect(evaluateModel(other, data.test)).resolves.toBeDefined();
  });

  it('says where preprocessing has seen the rows that folds are tested on', async () => {
    const seen = await crossValidate(model(), prepared().train, { splitter });
    expect(seen.warnings).toEqual([
      expect.stringMatching(/^Preprocessing has learned from the rows that folds are tested on/),
    ]);
    const clean = await crossValidate({ preprocessing: {}, model: model() }, raw().train, { splitter });
    expect(clean.warnings).toEqual([]);
  });

  it('says where a search has chosen by these rows, and the ledger keeps the search', async () => {
    const { train, ledger } = raw();
    const pipeline = { preprocessing: {}, model: 'logistic' };
    const { bestPipeline } = await new GridSearch(pipeline, { model__C: [0.1, 1] }, { splitter }).fit(train);
    expect(ledger.report().uses.at(-1)).toMatchObject({ use: 'tune', role: 'train', by: 'GridSearch', rows: 180 });
    const { warnings } = await crossValidate(bestPipeline, train, { splitter });
    expect(warnings).toEqual([expect.stringMatching(/^GridSearch has chosen by scores on these rows/)]);
    expect(() => ledger.record('evaluate', train, { name: 'someone' })).toThrow(/tuned on/);
  });

  it('has nothing to tell of plain arrays', async () => {
    const X = Array.from({ length: 60 }, (_, i) => [i % 7, i % 5]);
    const y = Float64Array.from(X, ([a]) => Number(a > 3));
    const { warnings } = await crossValidate(model(), { role: 'train', X, y }, { splitter });
    expect(warnings).toEqual([]);
  });
});
