import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { averagePrecision } from '../../src/metrics/precision-recall-curve.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';
import { diagnosticsOf } from '../../src/report/diagnostics/diagnose.js';
import { simplify } from '../../src/report/diagnostics/simplify.js';
import { predictedRows } from './sample.js';

const positive = ({ probabilities }: ReturnType<typeof predictedRows>): Float64Array => {
  const table = probabilities as Matrix;
  return Float64Array.from({ length: table.rows }, (_, i) => table.data[2 * i + 1]);
};

describe('simplify', () => {
  const x = Float64Array.from({ length: 5000 }, (_, i) => i / 4999);
  const y = x.map((v) => Math.sin(9 * v) + 0.2 * Math.sin(200 * v));

  it('keeps the ends and leaves out no point further from the line than the tolerance', () => {
    const points = simplify(x, y, 0.001);
    expect(points.length).toBeLessThan(1500);
    expect([points[0], points[points.length - 1]]).toEqual([
      [0, y[0]],
      [1, y[4999]],
    ]);
    const range = Math.max(...y) - Math.min(...y);
    let at = 0;
    for (let i = 0; i < x.length; i++) {
      while (points[at + 1][0] < x[i]) at++;
      const [[x0, y0], [x1, y1]] = [points[at], points[at + 1]];
      const line = x1 > x0 ? y0 + ((y1 - y0) * (x[i] - x0)) / (x1 - x0) : y0;
      // Down is further than across: a steep line may be as far away by as much as it is steep.
      const steep = Math.hypot(1, (y1 - y0) / range / (x1 - x0));
      expect(Math.abs(line - y[i]) / range).toBeLessThan(0.001 * steep + 1e-12);
    }
  });

  it('keeps at most as many points as asked, and leaves out what is not finite', () => {
    expect(simplify(x, y, 0, 100).length).toBeLessThanOrEqual(100);
    expect(simplify([0, 1, 2, Number.NaN], [1, Number.NaN, 3, 4])).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });
});

describe('diagnosticsOf', () => {
  it('has the areas of the metrics, weighted or not', async () => {
    for (const weighted of [false, true]) {
      const rows = predictedRows({ rows: 3000, weighted });
      const { roc, precisionRecall, notes } = await diagnosticsOf(rows);
      const options = { sampleWeight: rows.weights };
      expect(roc[0].area).toBeCloseTo(rocAuc(rows.y, positive(rows), options), 12);
      expect(precisionRecall[0].area).toBeCloseTo(averagePrecision(rows.y, positive(rows), options), 12);
      expect(notes).toEqual([]);
    }
  });

  it('puts the operating point where predicting from the threshold on puts it', async () => {
    const rows = predictedRows({ rows: 2000 });
    const { roc, precisionRecall } = await diagnosticsOf(rows, { threshold: 0.7 });
    const scores = positive(rows);
    const found = Array.from(scores, (score) => score >= 0.7);
    const hits = found.filter((is, i) => is && rows.y[i] === 1).length;
    const all = Array.from(rows.y).filter((label) => label === 1).length;
    expect(roc[0].operating?.y).toBeCloseTo(hits / all, 12);
    expect(roc[0].operating?.x).toBeCloseTo((found.filter(Boolean).length - hits) / (2000 - all), 12);
    expect(precisionRecall[0].operating?.y).toBeCloseTo(hits / found.filter(Boolean).length, 12);
  });

  it('leaves out rows without a finite score and says how many', async () => {
    const rows = predictedRows({ rows: 500 });
    const probabilities = Matrix.wrap(Float32Array.from((rows.probabilities as Matrix).data), 2);
    probabilities.data.fill(Number.NaN, 0, 20);
    const { rows: kept, notes, roc } = await diagnosticsOf({ ...rows, probabilities });
    expect(kept).toBe(490);
    expect(notes).toEqual(['10 of 500 rows have no finite score: the plots leave them out.']);
    expect(roc).toHaveLength(1);
    probabilities.data.fill(Number.NaN);
    const none = await diagnosticsOf({ ...rows, probabilities });
    expect([none.rows, none.roc, none.calibration, none.scores, none.overTime]).toEqual([
      0,
      [],
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('says that curves of one class are undefined', async () => {
    const rows = predictedRows({ rows: 300 });
    const { roc, notes, calibration } = await diagnosticsOf({ ...rows, y: new Float64Array(300) });
    expect(roc).toEqual([]);
    expect(notes).toEqual(['ROC and precision-recall are undefined: no row is of class 1.']);
    expect(calibration?.bins.every(({ observed }) => observed === 0)).toBe(true);
  });

  it('draws the classes with the most rows of many, and names labels the model does not know', async () => {
    const rows = predictedRows({ rows: 4000, classes: 500 });
    const y = Float64Array.from(rows.y);
    y[0] = 777;
    const { roc, notes, classRows } = await diagnosticsOf({ ...rows, y });
    expect(roc).toHaveLength(6);
    expect(roc[0].positives).toBe(Math.max(...classRows));
    expect(notes[0]).toMatch('777 (1 rows)');
    expect(notes[1]).toBe('Curves are drawn for the 6 classes with the most rows, of 500.');
  });

  it('counts every row once in scores, calibration and time', async () => {
    const rows = predictedRows({ rows: 2411 });
    const { scores, calibration, overTime } = await diagnosticsOf(rows);
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    expect(sum(scores?.counts.flatMap((count) => count.rows) ?? [])).toBe(2411);
    expect(sum(calibration?.bins.map((bin) => bin.rows) ?? [])).toBe(2411);
    expect(sum(overTime?.parts.map((part) => part.rows) ?? [])).toBe(2411);
    expect(overTime?.metric).toBe('logLoss');
  });

  it('samples a regression evenly and counts all its errors', async () => {
    const { values, overTime } = await diagnosticsOf(predictedRows({ rows: 5000, classes: 0 }));
    expect(values?.points).toHaveLength(1500);
    expect((values?.residuals.rows ?? []).reduce((a, b) => a + b, 0) + (values?.residuals.outside ?? 0)).toBe(5000);
    expect(overTime?.metric).toBe('mae');
  });

  it('refuses arrays of other rows', async () => {
    const rows = predictedRows({ rows: 50 });
    await expect(diagnosticsOf({ ...rows, predictions: new Float64Array(49) })).rejects.toThrow(InvalidInputError);
    await expect(diagnosticsOf({ ...rows, probabilities: new Float64Array(49) })).rejects.toThrow(
      /49 probabilities for 50/,
    );
  });
});
